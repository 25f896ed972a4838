-- What really ran: the statements of the session's role in its database, their constants as $1, $2, ...
-- :extension is the extension's schema. Rows: the text, '<insufficient privilege>' where it is hidden. Statements
-- within functions are left out where they can be told (toplevel, since version 1.9): what they need is read there.
SELECT DISTINCT s.query
FROM :extension.pg_stat_statements s
WHERE s.userid = (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = current_user)
AND s.dbid = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
AND coalesce((pg_catalog.to_jsonb(s) ->> 'toplevel')::boolean, true)
ORDER BY s.query
