-- The roles that a role is a member of, directly and through others, one row per membership on the way.
-- $1: the role. Rows: member, role, whether privileges are inherited over it, whether SET ROLE may go over it,
-- whether the role is a superuser. Since PostgreSQL 16 a membership says so itself (inherit_option, set_option);
-- before, the member's INHERIT attribute decides and SET ROLE always may.
WITH RECURSIVE reached (oid) AS (
    SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = $1
    UNION
    SELECT m.roleid FROM reached r JOIN pg_catalog.pg_auth_members m ON m.member = r.oid
)
SELECT u.rolname::text, g.rolname::text,
    bool_or(coalesce((pg_catalog.to_jsonb(m) ->> 'inherit_option')::boolean, u.rolinherit))::text,
    bool_or(coalesce((pg_catalog.to_jsonb(m) ->> 'set_option')::boolean, true))::text,
    g.rolsuper::text
FROM pg_catalog.pg_auth_members m
JOIN reached ON reached.oid = m.member
JOIN pg_catalog.pg_roles u ON u.oid = m.member
JOIN pg_catalog.pg_roles g ON g.oid = m.roleid
GROUP BY u.rolname, g.rolname, g.rolsuper
ORDER BY u.rolname, g.rolname
