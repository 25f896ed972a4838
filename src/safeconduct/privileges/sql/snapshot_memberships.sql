-- Every membership, told as in memberships.sql, which begins at one role.
-- Rows: member, role, whether privileges are inherited over it, whether SET ROLE may go over it, whether the role is a
-- superuser.
SELECT u.rolname::text, g.rolname::text,
    bool_or(coalesce((pg_catalog.to_jsonb(m) ->> 'inherit_option')::boolean, u.rolinherit))::text,
    bool_or(coalesce((pg_catalog.to_jsonb(m) ->> 'set_option')::boolean, true))::text,
    g.rolsuper::text
FROM pg_catalog.pg_auth_members m
JOIN pg_catalog.pg_roles u ON u.oid = m.member
JOIN pg_catalog.pg_roles g ON g.oid = m.roleid
GROUP BY u.rolname, g.rolname, g.rolsuper
ORDER BY u.rolname, g.rolname
