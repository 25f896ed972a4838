-- Which functions the named ones may be: names are looked for in every schema of the path.
-- $1: JSON array of {"schema", "name"}. Rows: schema, name, whether the role may execute each function of that name,
-- whether one of them takes a whole row: alias.name is read as its call where there is no such column.
WITH asked AS (
    SELECT DISTINCT a.schema, a.name
    FROM pg_catalog.json_to_recordset($1::json) AS a (schema text, name text)
)
SELECT n.nspname::text, p.proname::text, bool_and(pg_catalog.has_function_privilege(p.oid, 'EXECUTE'))::text,
    bool_or(p.pronargs > 0 AND EXISTS (
        SELECT FROM pg_catalog.pg_type t WHERE t.oid = p.proargtypes[0] AND t.typtype IN ('c', 'p')
    ))::text
FROM asked a
JOIN pg_catalog.pg_namespace n ON n.nspname = a.schema
JOIN pg_catalog.pg_proc p ON p.pronamespace = n.oid AND p.proname = a.name
GROUP BY n.nspname, p.proname
