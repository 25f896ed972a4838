-- Who asks, where, and which schemas an unqualified name is looked for in.
-- One row, one column: a JSON object.
SELECT json_build_object(
    'role', current_user,
    'superuser', (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user),
    'version', pg_catalog.current_setting('server_version_num')::int,
    'database', pg_catalog.current_database(),
    'search_path', pg_catalog.current_setting('search_path'),
    'path', pg_catalog.current_schemas(true)
)::text
