-- pg_stat_activity shows every session's row to everybody; only its details are hidden from other roles.
-- reserved_connections exists from PostgreSQL 16 on.
SELECT pg_catalog.pg_backend_pid()::text,
       pg_catalog.pg_is_in_recovery()::text,
       pg_catalog.current_setting('transaction_read_only'),
       (pg_catalog.current_setting('max_connections')::int
        - pg_catalog.current_setting('superuser_reserved_connections')::int
        - coalesce(pg_catalog.current_setting('reserved_connections', true), '0')::int
        - (SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_activity
            WHERE backend_type IN ('client backend', 'background worker') AND datid IS NOT NULL))::text
