-- Who owns the objects that something is missing on, and to whom the missing privilege is granted.
-- $1: as in held.sql. Rows: position (from 1), owner, JSON array of the grantees (PUBLIC for everybody).
WITH wanted AS (
    SELECT i.position, g.*
    FROM pg_catalog.json_array_elements($1::json) WITH ORDINALITY AS i (item, position)
    CROSS JOIN LATERAL pg_catalog.json_to_record(i.item)
        AS g (kind text, schema text, name text, "column" text, privilege text)
), object AS (
    SELECT w.*, d.datdba AS owner,
        coalesce(d.datacl, pg_catalog.acldefault('d', d.datdba)) AS acl, NULL::aclitem[] AS column_acl
    FROM wanted w JOIN pg_catalog.pg_database d ON w.kind = 'DATABASE' AND d.datname = w.name
    UNION ALL
    SELECT w.*, n.nspowner, coalesce(n.nspacl, pg_catalog.acldefault('n', n.nspowner)), NULL
    FROM wanted w JOIN pg_catalog.pg_namespace n ON w.kind = 'SCHEMA' AND n.nspname = w.name
    UNION ALL
    SELECT w.*, c.relowner,
        coalesce(c.relacl, pg_catalog.acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner)),
        t.attacl
    FROM wanted w
    JOIN pg_catalog.pg_namespace n ON w.kind IN ('TABLE', 'SEQUENCE') AND n.nspname = w.schema
    JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = w.name
    LEFT JOIN pg_catalog.pg_attribute t ON t.attrelid = c.oid AND t.attname = w."column" AND w."column" <> ''
)
SELECT o.position::text, pg_catalog.pg_get_userbyid(o.owner)::text, (
    SELECT json_agg(DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.pg_get_userbyid(a.grantee)::text END)
    FROM (
        SELECT * FROM pg_catalog.aclexplode(o.acl)
        UNION ALL
        SELECT * FROM pg_catalog.aclexplode(o.column_acl)
    ) a
    WHERE a.privilege_type = o.privilege
)::text
FROM object o
ORDER BY o.position
