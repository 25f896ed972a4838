SELECT 'role', rolname FROM pg_catalog.pg_roles WHERE rolname NOT LIKE 'pg\_%'
 UNION ALL
SELECT 'database', datname FROM pg_catalog.pg_database WHERE datallowconn
