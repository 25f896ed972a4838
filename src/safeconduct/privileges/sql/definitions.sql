-- How the named relations, and the views that they read in the end, are written: the query of a view, and the rules that
-- run other statements beside a change of rows or in its place.
-- $1: JSON array of {"schema", "name"}. One column: a JSON object for each relation. The texts name without a schema what
-- search_path leads to.
WITH RECURSIVE used (oid) AS (
    SELECT c.oid
    FROM pg_catalog.json_to_recordset($1::json) AS a (schema text, name text)
    JOIN pg_catalog.pg_namespace n ON n.nspname = a.schema
    JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = a.name
    UNION
    SELECT v.oid
    FROM used u
    JOIN pg_catalog.pg_rewrite w ON w.ev_class = u.oid AND w.ev_type = '1'
    JOIN pg_catalog.pg_depend p
        ON p.classid = 'pg_catalog.pg_rewrite'::regclass AND p.objid = w.oid
        AND p.refclassid = 'pg_catalog.pg_class'::regclass
    JOIN pg_catalog.pg_class v ON v.oid = p.refobjid AND v.relkind = 'v'
)
SELECT json_build_object(
    'schema', n.nspname,
    'name', c.relname,
    'query', CASE WHEN c.relkind IN ('v', 'm') THEN pg_catalog.pg_get_viewdef(c.oid) END,
    'rules', (
        SELECT json_agg(json_build_object(
            'name', w.rulename, 'event', w.ev_type, 'instead', w.is_instead, 'text', pg_catalog.pg_get_ruledef(w.oid)
        ) ORDER BY w.rulename)
        FROM pg_catalog.pg_rewrite w
        WHERE w.ev_class = c.oid AND w.ev_type <> '1' AND w.ev_enabled IN ('O', 'A')
    )
)::text
FROM used u
JOIN pg_catalog.pg_class c ON c.oid = u.oid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
ORDER BY n.nspname, c.relname
