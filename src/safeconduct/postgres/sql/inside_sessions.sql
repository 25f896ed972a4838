-- Who holds the slots, most first. Without pg_read_all_stats the state of other roles' sessions is hidden.
SELECT coalesce(a.usename, '(none)'),
       coalesce(a.datname, '(none)'),
       coalesce(a.state, '(hidden)'),
       pg_catalog.count(*)::text
  FROM pg_catalog.pg_stat_activity AS a
 WHERE a.backend_type = 'client backend'
   AND ($1 = '' OR a.usename = $1)
   AND ($2 = '' OR a.datname = $2)
 GROUP BY 1, 2, 3
 ORDER BY pg_catalog.count(*) DESC, 1, 2, 3
