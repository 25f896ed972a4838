-- Tables under row security among the named relations and beneath the named views, for those that it binds: superusers,
-- roles with BYPASSRLS and, unless it is forced, owners are exempt (check_enable_rls in rls.c). A view's tables are
-- read as its owner, those of a security_invoker view (PostgreSQL 15) always as the session's role.
-- $1: JSON array of {"schema", "name"}. One column: a JSON object for each named relation, table and role.
WITH RECURSIVE used (named, oid, checked_as, via) AS (
    SELECT c.oid, c.oid, NULL::oid, NULL::oid
    FROM pg_catalog.json_to_recordset($1::json) AS a (schema text, name text)
    JOIN pg_catalog.pg_namespace n ON n.nspname = a.schema
    JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = a.name
    UNION
    SELECT u.named, p.refobjid, CASE
        WHEN v.reloptions && ARRAY['security_invoker=true', 'security_invoker=on'] THEN NULL
        ELSE v.relowner
    END, v.oid
    FROM used u
    JOIN pg_catalog.pg_class v ON v.oid = u.oid AND v.relkind = 'v'
    JOIN pg_catalog.pg_rewrite w ON w.ev_class = v.oid AND w.ev_type = '1'
    JOIN pg_catalog.pg_depend p
        ON p.classid = 'pg_catalog.pg_rewrite'::regclass AND p.objid = w.oid AND p.refobjid <> v.oid
        AND p.refclassid = 'pg_catalog.pg_class'::regclass
), bound AS (
    SELECT DISTINCT u.named, u.via, c.oid, c.relname, c.relnamespace, c.relowner, c.relforcerowsecurity AS forced,
        r.oid AS role, r.rolname, r.rolinherit, u.checked_as IS NULL AS is_session, pg_catalog.pg_has_role(r.oid, c.relowner, 'USAGE') AS owns
    FROM used u
    JOIN pg_catalog.pg_class c ON c.oid = u.oid AND c.relkind IN ('r', 'p') AND c.relrowsecurity
    JOIN pg_catalog.pg_roles r ON CASE WHEN u.checked_as IS NULL THEN r.rolname = current_user ELSE r.oid = u.checked_as END
    WHERE NOT r.rolsuper AND NOT r.rolbypassrls
)
SELECT json_build_object(
    'named_schema', nn.nspname,
    'named', nc.relname,
    'via', (
        SELECT json_build_object('schema', vn.nspname, 'name', v.relname)
        FROM pg_catalog.pg_class v JOIN pg_catalog.pg_namespace vn ON vn.oid = v.relnamespace WHERE v.oid = b.via
    ),
    'schema', n.nspname,
    'name', b.relname,
    'role', b.rolname,
    'inherits', b.rolinherit,
    'is_session', b.is_session,
    'owner', pg_catalog.pg_get_userbyid(b.relowner),
    'owns', b.owns,
    'policies', (
        SELECT json_agg(json_build_object(
            'name', p.polname,
            'command', p.polcmd,
            'permissive', p.polpermissive,
            -- As check_role_for_policy() does: PUBLIC, or a role whose privileges this one has. Memberships must inherit.
            'applies', (
                SELECT bool_or(o.oid = 0 OR pg_catalog.pg_has_role(b.role, nullif(o.oid, 0), 'USAGE'))
                FROM unnest(p.polroles) AS o (oid)
            ),
            'roles', (
                SELECT json_agg(coalesce(g.rolname, 'PUBLIC') ORDER BY o.position)
                FROM unnest(p.polroles) WITH ORDINALITY AS o (oid, position)
                LEFT JOIN pg_catalog.pg_roles g ON g.oid = o.oid
            ),
            -- Roles that are made to have members.
            'groups', (
                SELECT json_agg(g.rolname ORDER BY g.rolname)
                FROM pg_catalog.pg_roles g
                WHERE g.oid = ANY (p.polroles) AND NOT g.rolcanlogin AND NOT g.rolsuper
            ),
            'using', pg_catalog.pg_get_expr(p.polqual, p.polrelid),
            'check', pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid),
            'using_queries', p.polqual::text LIKE '%{SUBLINK %',
            'check_queries', p.polwithcheck::text LIKE '%{SUBLINK %',
            -- What its subqueries read, each with the columns (of both expressions, where both read it). The stored
            -- expression tells which of the two reads it, the dependencies which columns.
            'reads', (
                SELECT json_agg(json_build_object(
                    'schema', rn.nspname, 'name', r.relname, 'columns', d.columns,
                    'any_of', (
                        SELECT json_agg(t.attname ORDER BY t.attnum) FROM pg_catalog.pg_attribute t
                        WHERE t.attrelid = r.oid AND t.attnum > 0 AND NOT t.attisdropped
                    ),
                    'row_security', r.relrowsecurity,
                    'is_view', r.relkind = 'v',
                    'in_using', coalesce(p.polqual::text ~ (':relid ' || r.oid || '[^0-9]'), false),
                    'in_check', coalesce(p.polwithcheck::text ~ (':relid ' || r.oid || '[^0-9]'), false)
                ) ORDER BY rn.nspname, r.relname)
                FROM (
                    SELECT x.refobjid, json_agg(t.attname ORDER BY t.attnum) FILTER (WHERE t.attnum IS NOT NULL) AS columns
                    FROM pg_catalog.pg_depend x
                    LEFT JOIN pg_catalog.pg_attribute t
                        ON t.attrelid = x.refobjid AND t.attnum = x.refobjsubid AND x.refobjsubid <> 0
                    WHERE x.classid = 'pg_catalog.pg_policy'::regclass AND x.objid = p.oid
                    AND x.refclassid = 'pg_catalog.pg_class'::regclass
                    GROUP BY x.refobjid
                ) d
                JOIN pg_catalog.pg_class r ON r.oid = d.refobjid
                JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace
            ),
            -- Settings of applications, such as app.tenant. The server's own may be closed to the role.
            'unset', (
                SELECT json_agg(DISTINCT m.found[1])
                FROM pg_catalog.regexp_matches(
                    concat(pg_catalog.pg_get_expr(p.polqual, p.polrelid), pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid)),
                    'current_setting\(''([^''.]+[.][^'']+)''', 'g'
                ) AS m (found)
                WHERE coalesce(pg_catalog.current_setting(m.found[1], true), '') = ''
            ),
            -- Functions that did not come with PostgreSQL: its own are no dependencies.
            'functions', (
                SELECT json_agg(json_build_object(
                    'name', f.oid::regprocedure::text,
                    'may_execute', pg_catalog.has_function_privilege(f.oid, 'EXECUTE')
                ) ORDER BY f.oid::regprocedure::text)
                FROM pg_catalog.pg_depend x
                JOIN pg_catalog.pg_proc f ON f.oid = x.refobjid AND f.pronamespace <> 'pg_catalog'::regnamespace
                WHERE x.classid = 'pg_catalog.pg_policy'::regclass AND x.objid = p.oid
                AND x.refclassid = 'pg_catalog.pg_proc'::regclass
            )
        ) ORDER BY p.polname)
        FROM pg_catalog.pg_policy p WHERE p.polrelid = b.oid
    )
)::text
FROM bound b
JOIN pg_catalog.pg_namespace n ON n.oid = b.relnamespace
JOIN pg_catalog.pg_class nc ON nc.oid = b.named
JOIN pg_catalog.pg_namespace nn ON nn.oid = nc.relnamespace
WHERE b.forced OR NOT b.owns
ORDER BY nn.nspname, nc.relname, n.nspname, b.relname, b.rolname
