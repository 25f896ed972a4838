-- What the named relations are. The catalogs are open to everybody, so a relation in a schema that the role may not
-- use is seen, too.
-- $1: JSON array of {"schema", "name"}; $2: JSON array of schemas. One column: a JSON object for each relation that
-- exists, and for each of those schemas that does, with whether the role may use it.
WITH asked AS (
    SELECT DISTINCT a.schema, a.name
    FROM pg_catalog.json_to_recordset($1::json) AS a (schema text, name text)
)
SELECT json_build_object(
    'schema', n.nspname,
    'name', c.relname,
    'kind', c.relkind,
    'options', c.reloptions,
    'row_security', c.relrowsecurity,
    'row_security_forced', c.relforcerowsecurity,
    -- Whether it has rules beside the one that makes a view.
    'rules', EXISTS (
        SELECT FROM pg_catalog.pg_rewrite w
        WHERE w.ev_class = c.oid AND w.ev_type <> '1' AND w.ev_enabled IN ('O', 'A')
    ),
    -- Whether something is read with the rights of who reads this view: it is security_invoker (PostgreSQL 15), or a view
    -- that lies beneath it is.
    'reads_as_caller', EXISTS (
        WITH RECURSIVE used (oid, options) AS (
            SELECT c.oid, c.reloptions WHERE c.relkind = 'v'
            UNION
            SELECT v.oid, v.reloptions
            FROM used
            JOIN pg_catalog.pg_rewrite w ON w.ev_class = used.oid AND w.ev_type = '1'
            JOIN pg_catalog.pg_depend u
                ON u.classid = 'pg_catalog.pg_rewrite'::regclass AND u.objid = w.oid
                AND u.refclassid = 'pg_catalog.pg_class'::regclass
            JOIN pg_catalog.pg_class v ON v.oid = u.refobjid AND v.relkind = 'v'
        )
        SELECT FROM used CROSS JOIN unnest(used.options) AS o (text) WHERE o.text ~* '^security_invoker=(t|y|on|1)'
    ),
    'columns', (
        SELECT json_agg(json_build_object(
            'name', t.attname, 'system', t.attnum < 0, 'generated', t.attgenerated <> '', 'holds', (
                -- Text whose equality is that of its bytes, char(n), a date, an integer, or another value that is no row.
                SELECT CASE
                    WHEN y.oid IN ('text'::regtype, 'varchar'::regtype) AND k.collisdeterministic THEN 'text'
                    WHEN y.oid = 'bpchar'::regtype AND k.collisdeterministic THEN 'bpchar'
                    WHEN y.oid = 'date'::regtype THEN 'date'
                    WHEN y.oid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype) THEN 'integer'
                    WHEN y.typtype IN ('b', 'e', 'r', 'm') THEN 'plain'
                END
                FROM pg_catalog.pg_type y
                LEFT JOIN pg_catalog.pg_collation k ON k.oid = t.attcollation
                WHERE y.oid = t.atttypid AND t.attnum > 0
            )
        ) ORDER BY t.attnum)
        FROM pg_catalog.pg_attribute t
        WHERE t.attrelid = c.oid AND NOT t.attisdropped
    ),
    -- A serial column's default names its sequence by a constant of type regclass, which is a dependency. An identity
    -- column has no default, and its sequence needs no privilege.
    'sequences', (
        SELECT json_agg(json_build_object('column', t.attname, 'schema', sn.nspname, 'name', s.relname))
        FROM pg_catalog.pg_attrdef d
        JOIN pg_catalog.pg_attribute t ON t.attrelid = d.adrelid AND t.attnum = d.adnum AND t.attgenerated = ''
        JOIN pg_catalog.pg_depend p
            ON p.classid = 'pg_catalog.pg_attrdef'::regclass AND p.objid = d.oid
            AND p.refclassid = 'pg_catalog.pg_class'::regclass
        JOIN pg_catalog.pg_class s ON s.oid = p.refobjid AND s.relkind = 'S'
        JOIN pg_catalog.pg_namespace sn ON sn.oid = s.relnamespace
        WHERE d.adrelid = c.oid
    ),
    -- Expressions that call a function which did not come with PostgreSQL, and on which columns they are.
    'expressions', (
        SELECT json_agg(json_build_object('what', x.what, 'columns', x.columns, 'function', x.function::bigint))
        FROM (
            -- A generated column's dependencies are its own before PostgreSQL 15, its default's since.
            SELECT CASE t.attgenerated WHEN '' THEN 'default' ELSE 'generated' END AS what,
                CASE t.attgenerated WHEN '' THEN ARRAY[t.attname] ELSE ARRAY(
                    SELECT b.attname
                    FROM pg_catalog.pg_depend u
                    JOIN pg_catalog.pg_attribute b ON b.attrelid = c.oid AND b.attnum = u.refobjsubid
                    WHERE u.refclassid = 'pg_catalog.pg_class'::regclass AND u.refobjid = c.oid
                    AND u.refobjsubid <> d.adnum AND (
                        (u.classid = 'pg_catalog.pg_attrdef'::regclass AND u.objid = d.oid) OR (
                            u.classid = 'pg_catalog.pg_class'::regclass AND u.objid = c.oid AND u.objsubid = d.adnum
                        )
                    )
                ) END AS columns,
                p.refobjid AS function
            FROM pg_catalog.pg_attrdef d
            JOIN pg_catalog.pg_attribute t ON t.attrelid = d.adrelid AND t.attnum = d.adnum
            JOIN pg_catalog.pg_depend p ON p.refclassid = 'pg_catalog.pg_proc'::regclass AND (
                (p.classid = 'pg_catalog.pg_attrdef'::regclass AND p.objid = d.oid) OR (
                    p.classid = 'pg_catalog.pg_class'::regclass AND p.objid = c.oid AND p.objsubid = d.adnum
                )
            )
            WHERE d.adrelid = c.oid
            UNION ALL
            SELECT 'check', NULL, p.refobjid
            FROM pg_catalog.pg_constraint k
            JOIN pg_catalog.pg_depend p
                ON p.classid = 'pg_catalog.pg_constraint'::regclass AND p.objid = k.oid
                AND p.refclassid = 'pg_catalog.pg_proc'::regclass
            WHERE k.conrelid = c.oid AND k.contype = 'c'
            UNION ALL
            -- An update that touches no column of any index leaves them alone.
            SELECT 'index', ARRAY(
                SELECT DISTINCT t.attname
                FROM pg_catalog.pg_index j
                JOIN pg_catalog.pg_depend u
                    ON u.classid = 'pg_catalog.pg_class'::regclass AND u.objid = j.indexrelid
                    AND u.refclassid = 'pg_catalog.pg_class'::regclass AND u.refobjid = c.oid
                JOIN pg_catalog.pg_attribute t ON t.attrelid = c.oid AND t.attnum = u.refobjsubid
                WHERE j.indrelid = c.oid
            ), p.refobjid
            FROM pg_catalog.pg_index i
            JOIN pg_catalog.pg_depend p
                ON p.classid = 'pg_catalog.pg_class'::regclass AND p.objid = i.indexrelid
                AND p.refclassid = 'pg_catalog.pg_proc'::regclass
            WHERE i.indrelid = c.oid
            UNION ALL
            SELECT 'domain', ARRAY[t.attname], p.refobjid
            FROM pg_catalog.pg_attribute t
            CROSS JOIN LATERAL (
                WITH RECURSIVE base (oid) AS (
                    SELECT y.oid FROM pg_catalog.pg_type y WHERE y.oid = t.atttypid AND y.typtype = 'd'
                    UNION ALL
                    SELECT z.oid FROM base
                    JOIN pg_catalog.pg_type y ON y.oid = base.oid
                    JOIN pg_catalog.pg_type z ON z.oid = y.typbasetype AND z.typtype = 'd'
                )
                SELECT oid FROM base
            ) y
            JOIN pg_catalog.pg_constraint k ON k.contypid = y.oid
            JOIN pg_catalog.pg_depend p
                ON p.classid = 'pg_catalog.pg_constraint'::regclass AND p.objid = k.oid
                AND p.refclassid = 'pg_catalog.pg_proc'::regclass
            WHERE t.attrelid = c.oid AND t.attnum > 0
            UNION ALL
            -- What a view calls is called by who reads it, unlike what it reads.
            SELECT 'view', NULL, p.refobjid
            FROM (/* part views_below of c */) used
            JOIN pg_catalog.pg_rewrite w ON w.ev_class = used.oid AND w.ev_type = '1'
            JOIN pg_catalog.pg_depend p
                ON p.classid = 'pg_catalog.pg_rewrite'::regclass AND p.objid = w.oid
                AND p.refclassid = 'pg_catalog.pg_proc'::regclass
            UNION ALL
            SELECT 'view', NULL, o.oprcode::oid
            FROM (/* part views_below of c */) used
            JOIN pg_catalog.pg_rewrite w ON w.ev_class = used.oid AND w.ev_type = '1'
            JOIN pg_catalog.pg_depend p
                ON p.classid = 'pg_catalog.pg_rewrite'::regclass AND p.objid = w.oid
                AND p.refclassid = 'pg_catalog.pg_operator'::regclass
            JOIN pg_catalog.pg_operator o ON o.oid = p.refobjid
            UNION ALL
            -- Of PostgreSQL's own functions those that are not open to all: nothing depends on them in pg_depend.
            SELECT 'view', NULL, m.found[1]::oid
            FROM (/* part views_below of c */) used
            JOIN pg_catalog.pg_rewrite w ON w.ev_class = used.oid AND w.ev_type = '1'
            CROSS JOIN pg_catalog.regexp_matches(w.ev_action::text, ':(?:funcid|opfuncid|aggfnoid|winfnoid) (\d+)', 'g')
                AS m (found)
        ) x
        JOIN pg_catalog.pg_proc f ON f.oid = x.function
            AND (f.pronamespace <> 'pg_catalog'::regnamespace OR (x.what = 'view' AND f.proacl IS NOT NULL))
    ),
    'owner', pg_catalog.pg_get_userbyid(c.relowner),
    'owned_by_superuser', (SELECT r.rolsuper FROM pg_catalog.pg_roles r WHERE r.oid = c.relowner),
    'owned_sequences', (
        SELECT json_agg(json_build_object('name', s.oid::regclass::text, 'owner', pg_get_userbyid(s.relowner)))
        FROM pg_catalog.pg_depend p
        JOIN pg_catalog.pg_class s ON s.oid = p.objid AND s.relkind = 'S'
        WHERE p.classid = 'pg_catalog.pg_class'::regclass AND p.refclassid = 'pg_catalog.pg_class'::regclass
        AND p.refobjid = c.oid AND p.deptype IN ('a', 'i')
    ),
    'referenced_by', (
        WITH RECURSIVE referring (oid) AS (
            SELECT k.conrelid FROM pg_catalog.pg_constraint k WHERE k.contype = 'f' AND k.confrelid = c.oid
            UNION
            SELECT k.conrelid
            FROM referring JOIN pg_catalog.pg_constraint k ON k.contype = 'f' AND k.confrelid = referring.oid
        )
        SELECT json_agg(json_build_object('schema', rn.nspname, 'name', r.relname))
        FROM referring
        JOIN pg_catalog.pg_class r ON r.oid = referring.oid AND r.oid <> c.oid
        JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace
    ),
    'table', (
        SELECT json_build_array(rn.nspname, r.relname)
        FROM pg_catalog.pg_index i
        JOIN pg_catalog.pg_class r ON r.oid = i.indrelid
        JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace
        WHERE i.indexrelid = c.oid
        UNION ALL
        -- The owner of a serial's or identity's sequence is its table's.
        SELECT json_build_array(rn.nspname, r.relname)
        FROM pg_catalog.pg_depend p
        JOIN pg_catalog.pg_class r ON r.oid = p.refobjid
        JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace
        WHERE c.relkind = 'S' AND p.classid = 'pg_catalog.pg_class'::regclass AND p.objid = c.oid
        AND p.refclassid = 'pg_catalog.pg_class'::regclass AND p.deptype IN ('a', 'i')
    ),
    'children', (
        WITH RECURSIVE family (oid) AS (
            SELECT h.inhrelid FROM pg_catalog.pg_inherits h WHERE h.inhparent = c.oid
            UNION
            SELECT h.inhrelid FROM family JOIN pg_catalog.pg_inherits h ON h.inhparent = family.oid
        )
        SELECT json_agg(json_build_object(
            'schema', rn.nspname, 'name', r.relname, 'kind', r.relkind, 'owner', o.rolname, 'superuser', o.rolsuper
        ))
        FROM family
        JOIN pg_catalog.pg_class r ON r.oid = family.oid AND c.relkind IN ('r', 'p', 'f')
        JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace
        JOIN pg_catalog.pg_roles o ON o.oid = r.relowner
    ),
    'primary_key', (
        SELECT json_agg(t.attname)
        FROM pg_catalog.pg_constraint k
        JOIN pg_catalog.pg_attribute t ON t.attrelid = c.oid AND t.attnum = ANY (k.conkey)
        WHERE k.conrelid = c.oid AND k.contype = 'p'
    ),
    'constraints', (
        SELECT json_object_agg(k.conname, (
            SELECT json_agg(t.attname)
            FROM pg_catalog.pg_attribute t WHERE t.attrelid = c.oid AND t.attnum = ANY (k.conkey)
        ))
        FROM pg_catalog.pg_constraint k WHERE k.conrelid = c.oid AND k.contype IN ('p', 'u', 'x')
    ),
    'system_triggers', EXISTS (SELECT FROM pg_catalog.pg_trigger g WHERE g.tgrelid = c.oid AND g.tgisinternal),
    -- tgtype is a set of bits: 4 INSERT, 8 DELETE, 16 UPDATE, 32 TRUNCATE.
    -- A row that goes into a partition, or is changed in a child table, fires the triggers there.
    'triggers', (
        WITH RECURSIVE family (oid) AS (
            SELECT c.oid
            UNION
            SELECT h.inhrelid FROM family JOIN pg_catalog.pg_inherits h ON h.inhparent = family.oid
        )
        SELECT json_agg(json_build_object(
            'name', g.tgname, 'events', g.tgtype, 'function', g.tgfoid::bigint, 'old_table', g.tgoldtable,
            'new_table', g.tgnewtable, 'columns', (
                SELECT json_agg(t.attname)
                FROM pg_catalog.pg_attribute t WHERE t.attrelid = g.tgrelid AND t.attnum = ANY (g.tgattr)
            ),
            -- What its condition calls (WHEN). A partition's trigger has it from its parent's, which alone depends on it.
            'calls', (
                WITH RECURSIVE origin (oid) AS (
                    SELECT g.oid
                    UNION ALL
                    SELECT o.tgparentid
                    FROM origin JOIN pg_catalog.pg_trigger o ON o.oid = origin.oid AND o.tgparentid <> 0
                )
                SELECT json_agg(p.refobjid::bigint)
                FROM origin
                JOIN pg_catalog.pg_depend p ON p.objid = origin.oid
                JOIN pg_catalog.pg_proc f ON f.oid = p.refobjid AND f.pronamespace <> 'pg_catalog'::regnamespace
                WHERE p.classid = 'pg_catalog.pg_trigger'::regclass
                AND p.refclassid = 'pg_catalog.pg_proc'::regclass AND p.refobjid <> g.tgfoid AND g.tgqual IS NOT NULL
            ),
            'enabled', g.tgenabled IN ('O', 'A'), 'from', (
                SELECT json_build_array(gn.nspname, gr.relname)
                FROM pg_catalog.pg_class gr JOIN pg_catalog.pg_namespace gn ON gn.oid = gr.relnamespace
                WHERE gr.oid = g.tgconstrrelid
            ), 'arguments', pg_catalog.encode(g.tgargs, 'escape'), 'table', (
                SELECT json_build_array(gn.nspname, gr.relname)
                FROM pg_catalog.pg_class gr JOIN pg_catalog.pg_namespace gn ON gn.oid = gr.relnamespace
                WHERE gr.oid = g.tgrelid
            )
        ))
        FROM family
        JOIN pg_catalog.pg_trigger g ON g.tgrelid = family.oid
        -- Before PostgreSQL 15 what a partition has from its parent counts as internal.
        WHERE NOT g.tgisinternal OR (
            WITH RECURSIVE origin (parent, internal) AS (
                SELECT g.tgparentid, g.tgisinternal
                UNION ALL
                SELECT o.tgparentid, o.tgisinternal FROM origin JOIN pg_catalog.pg_trigger o ON o.oid = origin.parent
            )
            SELECT NOT internal FROM origin WHERE parent = 0
        )
    )
)::text
FROM asked a
JOIN pg_catalog.pg_namespace n ON n.nspname = a.schema
JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = a.name
UNION ALL
SELECT json_build_object(
    'usable_schema', n.nspname, 'usable', pg_catalog.has_schema_privilege(n.oid, 'USAGE'),
    'owner', r.rolname, 'superuser', r.rolsuper
)::text
FROM pg_catalog.pg_namespace n
LEFT JOIN pg_catalog.pg_roles r ON r.oid = n.nspowner
WHERE n.nspname IN (SELECT pg_catalog.json_array_elements_text($2::json))
