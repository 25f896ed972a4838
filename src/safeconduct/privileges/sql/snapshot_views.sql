-- Which views read which other views. Rows: schema and name of the view, schema and name of the one that it reads.
SELECT DISTINCT vn.nspname::text, v.relname::text, cn.nspname::text, c.relname::text
FROM pg_catalog.pg_class v
JOIN pg_catalog.pg_namespace vn ON vn.oid = v.relnamespace
JOIN pg_catalog.pg_rewrite w ON w.ev_class = v.oid AND w.ev_type = '1'
JOIN pg_catalog.pg_depend p
    ON p.classid = 'pg_catalog.pg_rewrite'::regclass AND p.objid = w.oid
    AND p.refclassid = 'pg_catalog.pg_class'::regclass AND p.refobjid <> v.oid
JOIN pg_catalog.pg_class c ON c.oid = p.refobjid AND c.relkind = 'v'
JOIN pg_catalog.pg_namespace cn ON cn.oid = c.relnamespace
WHERE v.relkind = 'v'
