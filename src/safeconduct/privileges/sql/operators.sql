-- The functions behind operators, by the operators' names.
-- $1: JSON array of {"schema", "name"}. Rows: schema, name, the function's number; empty where the operator came with
-- PostgreSQL, whose own are open to all.
SELECT n.nspname::text, o.oprname::text, CASE WHEN o.oid >= 16384 THEN o.oprcode::oid::text ELSE '' END
FROM pg_catalog.json_to_recordset($1::json) AS a (schema text, name text)
JOIN pg_catalog.pg_namespace n ON n.nspname = a.schema
JOIN pg_catalog.pg_operator o ON o.oprnamespace = n.oid AND o.oprname = a.name
ORDER BY o.oid
