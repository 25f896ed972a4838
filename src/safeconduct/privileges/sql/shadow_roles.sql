-- Who there is and who is a member of whom, without any secret: pg_roles and pg_auth_members are open to everybody.
-- One row, one column: a JSON object.
SELECT json_build_object(
    'roles', (
        SELECT json_agg(json_build_object(
            'name', r.rolname, 'inherits', r.rolinherit, 'sees_all', r.rolbypassrls OR r.rolsuper
        ) ORDER BY r.rolname)
        FROM pg_catalog.pg_roles r WHERE r.rolname !~ '^pg_'
    ),
    'memberships', (
        SELECT json_agg(DISTINCT jsonb_build_object('role', g.rolname, 'member', m.rolname))
        FROM pg_catalog.pg_auth_members a
        JOIN pg_catalog.pg_roles g ON g.oid = a.roleid
        JOIN pg_catalog.pg_roles m ON m.oid = a.member
        WHERE m.rolname !~ '^pg_'
    )
)::text
