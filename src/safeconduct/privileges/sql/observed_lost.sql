-- How often pg_stat_statements has thrown statements away to make room, and since when it keeps them, in UTC.
-- :extension is its schema. One row: the number, the time.
SELECT i.dealloc::text, pg_catalog.to_char(i.stats_reset AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI "UTC"')
FROM :extension.pg_stat_statements_info i
