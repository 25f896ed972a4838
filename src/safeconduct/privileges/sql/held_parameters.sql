-- Which roles may set which parameters: granted since PostgreSQL 15, and never asked of an older server.
-- $1: JSON array of {"name", "privilege", "grantable"}; $2: JSON array of role names.
-- Rows: position in $1 (from 1), role; only what is held.
SELECT i.position::text, r.rolname::text
FROM pg_catalog.json_array_elements($1::json) WITH ORDINALITY AS i (item, position)
CROSS JOIN LATERAL pg_catalog.json_to_record(i.item) AS g (name text, privilege text, grantable bool)
JOIN pg_catalog.pg_roles r ON r.rolname IN (SELECT pg_catalog.json_array_elements_text($2::json))
WHERE pg_catalog.has_parameter_privilege(
    r.oid, g.name, g.privilege || CASE WHEN g.grantable THEN ' WITH GRANT OPTION' ELSE '' END
)
