-- Relations whose names may have been meant: the same name in any schema, or one of a similar length in the schemas
-- that were looked in.
-- $1: the name; $2: JSON array of schemas; $3: the most rows. Rows: schema, name.
SELECT n.nspname::text, c.relname::text
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
AND n.nspname !~ '^pg_(toast|temp_|toast_temp_)'
AND (
    lower(c.relname) = lower($1::text COLLATE "C")
    OR (
        n.nspname IN (SELECT pg_catalog.json_array_elements_text($2::json))
        AND abs(length(c.relname) - length($1::text)) <= 3
    )
)
ORDER BY lower(c.relname) = lower($1::text COLLATE "C") DESC, n.nspname, c.relname
LIMIT $3::int
