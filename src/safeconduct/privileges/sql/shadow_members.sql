-- The roles that were copied into a shadow, for the one ($1) who restores what they own: no superuser is among them.
SELECT r.rolname::text FROM pg_catalog.pg_roles r WHERE r.rolname !~ '^pg_' AND NOT r.rolsuper AND r.rolname <> $1
