SELECT pg_catalog.encode(pg_catalog.pg_read_binary_file($1, 0, 4194304, true), 'hex')
