-- The functions behind all operators. Rows: as those of operators.sql.
SELECT n.nspname::text, o.oprname::text, CASE WHEN o.oid >= 16384 THEN o.oprcode::oid::text ELSE '' END
FROM pg_catalog.pg_operator o
JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace
ORDER BY o.oid
