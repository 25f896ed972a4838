SELECT pg_catalog.current_setting('is_superuser'),
       pg_catalog.host(pg_catalog.inet_client_addr()),
       pg_catalog.host(pg_catalog.inet_server_addr()),
       pg_catalog.current_setting('port'),
       pg_catalog.current_setting('ssl')
