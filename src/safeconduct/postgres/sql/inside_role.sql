-- pg_roles is open to everybody; what kind of password is stored stands in pg_authid (inside_password.sql).
SELECT r.rolcanlogin::text,
       r.rolvaliduntil::text,
       coalesce(r.rolvaliduntil < pg_catalog.now(), false)::text,
       r.rolconnlimit::text,
       (SELECT pg_catalog.count(*)
          FROM pg_catalog.pg_stat_activity AS a
         WHERE a.usesysid = r.oid AND a.backend_type = 'client backend')::text
  FROM pg_catalog.pg_roles AS r
 WHERE r.rolname = $1
