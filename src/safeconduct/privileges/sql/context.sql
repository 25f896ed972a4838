-- Who asks, where, which schemas an unqualified name is looked for in, and whether the session may write; with where
-- these settings come from (file and line are shown to few).
-- One row, one column: a JSON object.
SELECT json_build_object(
    'role', current_user,
    'superuser', (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user),
    'version', pg_catalog.current_setting('server_version_num')::int,
    'database', pg_catalog.current_database(),
    'search_path', pg_catalog.current_setting('search_path'),
    'path', pg_catalog.current_schemas(true),
    'read_only', pg_catalog.current_setting('transaction_read_only')::bool,
    'row_security', pg_catalog.current_setting('row_security')::bool,
    'open_large_objects', pg_catalog.current_setting('lo_compat_privileges')::bool,
    'standby', pg_catalog.pg_is_in_recovery(),
    'origins', (
        SELECT json_agg(json_build_object(
            'name', s.name, 'source', s.source, 'place', s.sourcefile || ' line ' || s.sourceline
        ))
        FROM pg_catalog.pg_settings s
        WHERE s.name IN ('search_path', 'default_transaction_read_only', 'row_security')
    )
)::text
