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
    'columns', (
        SELECT json_agg(json_build_object(
            'name', t.attname, 'system', t.attnum < 0, 'generated', t.attgenerated <> ''
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
    -- Defaults that call a function which did not come with PostgreSQL.
    'functions', (
        SELECT json_agg(DISTINCT t.attname)
        FROM pg_catalog.pg_attrdef d
        JOIN pg_catalog.pg_attribute t ON t.attrelid = d.adrelid AND t.attnum = d.adnum
        JOIN pg_catalog.pg_depend p
            ON p.classid = 'pg_catalog.pg_attrdef'::regclass AND p.objid = d.oid
            AND p.refclassid = 'pg_catalog.pg_proc'::regclass
        JOIN pg_catalog.pg_proc f
            ON f.oid = p.refobjid AND f.pronamespace <> 'pg_catalog'::regnamespace
        WHERE d.adrelid = c.oid
    ),
    'constraints', (
        SELECT json_object_agg(k.conname, (
            SELECT json_agg(t.attname)
            FROM pg_catalog.pg_attribute t WHERE t.attrelid = c.oid AND t.attnum = ANY (k.conkey)
        ))
        FROM pg_catalog.pg_constraint k WHERE k.conrelid = c.oid AND k.contype IN ('p', 'u', 'x')
    ),
    -- tgtype is a set of bits: 4 INSERT, 8 DELETE, 16 UPDATE, 32 TRUNCATE.
    'triggers', (
        SELECT json_agg(json_build_object('name', g.tgname, 'events', g.tgtype))
        FROM pg_catalog.pg_trigger g
        WHERE g.tgrelid = c.oid AND NOT g.tgisinternal AND g.tgenabled <> 'D'
    )
)::text
FROM asked a
JOIN pg_catalog.pg_namespace n ON n.nspname = a.schema
JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = a.name
UNION ALL
SELECT json_build_object(
    'usable_schema', n.nspname, 'usable', pg_catalog.has_schema_privilege(n.oid, 'USAGE')
)::text
FROM pg_catalog.pg_namespace n
WHERE n.nspname IN (SELECT pg_catalog.json_array_elements_text($2::json))
