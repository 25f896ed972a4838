SELECT d.datconnlimit::text,
       (SELECT pg_catalog.count(*)
          FROM pg_catalog.pg_stat_activity AS a
         WHERE a.datid = d.oid AND a.backend_type = 'client backend')::text,
       pg_catalog.pg_get_userbyid(d.datdba),
       (SELECT pg_catalog.string_agg(DISTINCT CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE x.grantee::regrole::text END, ', ')
          FROM pg_catalog.aclexplode(coalesce(d.datacl, pg_catalog.acldefault('d', d.datdba))) AS x
         WHERE x.privilege_type = 'CONNECT')
  FROM pg_catalog.pg_database AS d
 WHERE d.datname = $1
