SELECT pg_catalog.row_to_json(r)::text FROM pg_catalog.pg_hba_file_rules AS r
