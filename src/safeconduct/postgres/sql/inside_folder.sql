SELECT name FROM pg_catalog.pg_ls_dir($1, true, false) AS name
