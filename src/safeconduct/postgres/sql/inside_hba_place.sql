-- The file, when the server read its configuration last, and whether the file was changed since (superusers may ask).
SELECT pg_catalog.current_setting('hba_file'),
       pg_catalog.pg_conf_load_time()::text,
       (SELECT modification > pg_catalog.pg_conf_load_time()
          FROM pg_catalog.pg_stat_file(pg_catalog.current_setting('hba_file'), true))::text
