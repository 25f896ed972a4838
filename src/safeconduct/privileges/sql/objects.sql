-- Who owns the objects that something is missing on, and to whom the missing privilege is granted.
-- $1: as in held.sql. Rows: position (from 1), owner, JSON array of the grantees (PUBLIC for everybody), JSON array of the
-- default privileges that give it to the session's role on tables or sequences (of one creator, some in one schema only).
WITH wanted AS (
    SELECT i.position, g.*
    FROM pg_catalog.json_array_elements($1::json) WITH ORDINALITY AS i (item, position)
    CROSS JOIN LATERAL pg_catalog.json_to_record(i.item)
        AS g (kind text, schema text, name text, "column" text, arguments text, privilege text)
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
    UNION ALL
    SELECT w.*, f.proowner, coalesce(f.proacl, pg_catalog.acldefault('f', f.proowner)), NULL
    FROM wanted w
    JOIN pg_catalog.pg_namespace n ON w.kind IN ('FUNCTION', 'PROCEDURE') AND n.nspname = w.schema
    JOIN pg_catalog.pg_proc f ON f.pronamespace = n.oid AND f.proname = w.name AND w.arguments = /* part argument_types of f */
    UNION ALL
    SELECT w.*, t.typowner, coalesce(t.typacl, pg_catalog.acldefault('T', t.typowner)), NULL
    FROM wanted w
    JOIN pg_catalog.pg_namespace n ON w.kind = 'TYPE' AND n.nspname = w.schema
    JOIN pg_catalog.pg_type t ON t.typnamespace = n.oid AND t.typname = w.name
    UNION ALL
    SELECT w.*, l.lanowner, coalesce(l.lanacl, pg_catalog.acldefault('l', l.lanowner)), NULL
    FROM wanted w JOIN pg_catalog.pg_language l ON w.kind = 'LANGUAGE' AND l.lanname = w.name
    UNION ALL
    SELECT w.*, s.srvowner, coalesce(s.srvacl, pg_catalog.acldefault('S', s.srvowner)), NULL
    FROM wanted w JOIN pg_catalog.pg_foreign_server s ON w.kind = 'FOREIGN SERVER' AND s.srvname = w.name
    UNION ALL
    SELECT w.*, f.fdwowner, coalesce(f.fdwacl, pg_catalog.acldefault('F', f.fdwowner)), NULL
    FROM wanted w
    JOIN pg_catalog.pg_foreign_data_wrapper f ON w.kind = 'FOREIGN DATA WRAPPER' AND f.fdwname = w.name
    UNION ALL
    SELECT w.*, s.spcowner, coalesce(s.spcacl, pg_catalog.acldefault('t', s.spcowner)), NULL
    FROM wanted w JOIN pg_catalog.pg_tablespace s ON w.kind = 'TABLESPACE' AND s.spcname = w.name
    UNION ALL
    SELECT w.*, b.lomowner, coalesce(b.lomacl, pg_catalog.acldefault('L', b.lomowner)), NULL
    FROM wanted w JOIN pg_catalog.pg_largeobject_metadata b ON w.kind = 'LARGE OBJECT' AND b.oid::text = w.name
)
SELECT o.position::text, pg_catalog.pg_get_userbyid(o.owner)::text, (
    SELECT json_agg(DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.pg_get_userbyid(a.grantee)::text END)
    FROM (
        SELECT * FROM pg_catalog.aclexplode(o.acl)
        UNION ALL
        SELECT * FROM pg_catalog.aclexplode(o.column_acl)
    ) a
    WHERE a.privilege_type = o.privilege
)::text, (
    SELECT json_agg(DISTINCT jsonb_build_object(
        'creator', pg_catalog.pg_get_userbyid(d.defaclrole),
        'schema', s.nspname,
        'grantee', CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.pg_get_userbyid(a.grantee)::text END
    ))
    FROM pg_catalog.pg_default_acl d
    LEFT JOIN pg_catalog.pg_namespace s ON s.oid = d.defaclnamespace
    CROSS JOIN LATERAL pg_catalog.aclexplode(d.defaclacl) a
    WHERE d.defaclobjtype = CASE o.kind WHEN 'TABLE' THEN 'r' WHEN 'SEQUENCE' THEN 'S' END
    AND a.privilege_type = o.privilege
    -- What creators have on what they make is among those that are for all schemas.
    AND a.grantee <> d.defaclrole
    AND CASE a.grantee WHEN 0 THEN true ELSE pg_catalog.pg_has_role(a.grantee, 'USAGE') END
)::text
FROM object o
ORDER BY o.position
