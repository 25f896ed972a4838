-- Which roles hold which privileges, by the server's own judgement: own grants, PUBLIC's, ownership, superuser and
-- the memberships that inherit all count.
-- $1: JSON array of {"kind", "schema", "name", "column", "privilege"}; $2: JSON array of role names.
-- Rows: position in $1 (from 1), role; only what is held.
WITH wanted AS (
    SELECT i.position, g.*
    FROM pg_catalog.json_array_elements($1::json) WITH ORDINALITY AS i (item, position)
    CROSS JOIN LATERAL pg_catalog.json_to_record(i.item)
        AS g (kind text, schema text, name text, "column" text, privilege text)
), found AS (
    SELECT w.*, n.oid AS schema_oid, c.oid AS relation_oid, c.relkind
    FROM wanted w
    LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = CASE w.kind WHEN 'SCHEMA' THEN w.name ELSE w.schema END
    LEFT JOIN pg_catalog.pg_class c
        ON c.relnamespace = n.oid AND c.relname = w.name AND w.kind IN ('TABLE', 'SEQUENCE')
)
SELECT f.position::text, r.rolname::text
FROM found f
JOIN pg_catalog.pg_roles r ON r.rolname IN (SELECT pg_catalog.json_array_elements_text($2::json))
WHERE CASE
    WHEN f.kind = 'DATABASE' THEN pg_catalog.has_database_privilege(r.oid, f.name, f.privilege)
    WHEN f.schema_oid IS NULL THEN false
    WHEN f.kind = 'SCHEMA' THEN pg_catalog.has_schema_privilege(r.oid, f.schema_oid, f.privilege)
    WHEN f.relation_oid IS NULL THEN false
    WHEN f.kind = 'SEQUENCE'
        THEN f.relkind = 'S' AND pg_catalog.has_sequence_privilege(r.oid, f.relation_oid, f.privilege)
    WHEN f."column" <> ''
        THEN pg_catalog.has_column_privilege(r.oid, f.relation_oid, f."column", f.privilege)
    WHEN pg_catalog.has_table_privilege(r.oid, f.relation_oid, f.privilege) THEN true
    -- Every column singly is as good as the whole table.
    WHEN f.privilege IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES') THEN coalesce((
        SELECT bool_and(pg_catalog.has_column_privilege(r.oid, t.attrelid, t.attnum, f.privilege))
        FROM pg_catalog.pg_attribute t
        WHERE t.attrelid = f.relation_oid AND t.attnum > 0 AND NOT t.attisdropped
    ), false)
    ELSE false
END
