-- Where pg_stat_statements is in this database. Rows: its schema as an identifier, and whether it tells how many
-- statements it has thrown away ('true', since its version 1.9); none where it is not installed.
SELECT
    pg_catalog.quote_ident(n.nspname),
    (pg_catalog.to_regclass(pg_catalog.quote_ident(n.nspname) || '.pg_stat_statements_info') IS NOT NULL)::text
FROM pg_catalog.pg_extension e
JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
WHERE e.extname = 'pg_stat_statements'
