-- How often pg_stat_statements has thrown statements away to make room. :extension is its schema. Rows: the number.
SELECT i.dealloc::text FROM :extension.pg_stat_statements_info i
