-- $1: a role's name. One row: the session's database, whether the role is a superuser.
SELECT pg_catalog.current_database()::text, (SELECT r.rolsuper::text FROM pg_catalog.pg_roles r WHERE r.rolname = $1)
