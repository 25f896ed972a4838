-- Schemas whose names may have been meant.
-- $1: the most rows. Rows: schema.
SELECT n.nspname::text
FROM pg_catalog.pg_namespace n
WHERE n.nspname !~ '^pg_(toast|temp_|toast_temp_)'
ORDER BY n.nspname
LIMIT $1::int
