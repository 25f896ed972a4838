SELECT pg_catalog.current_setting('max_connections'),
       pg_catalog.current_setting('superuser_reserved_connections'),
       coalesce(pg_catalog.current_setting('reserved_connections', true), '0')
