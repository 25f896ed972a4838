-- Locks that keep others from writing rows, of sessions that are not ours. Their statements may quote secrets.
SELECT DISTINCT pg_catalog.format(
           '%s is locked by process %s of the server (%s, %s)',
           l.relation::pg_catalog.regclass, l.pid, coalesce(nullif(a.application_name, ''), 'unnamed'), a.usename
       )
  FROM pg_catalog.pg_locks AS l
  LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
  JOIN pg_catalog.pg_class AS c ON c.oid = l.relation AND c.relkind IN ('r', 'p')
 WHERE l.granted
   AND l.pid <> pg_catalog.pg_backend_pid()
   AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
   AND l.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
 ORDER BY 1
 LIMIT 5
