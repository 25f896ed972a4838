-- What the named views (materialized ones that are refreshed among them), and the views that these read, read without
-- the right to. A view reads with the rights of its
-- owner (unless it is security_invoker, PostgreSQL 15), whoever asks, and needs no USAGE on schemas for that.
-- Which columns it reads stands in its dependencies: 0 for a relation of which it reads none in particular.
-- $1: JSON array of {"schema", "name"}. Rows: view schema, view, its owner, read schema, relation, JSON array of
-- the columns that the owner may not read, or null where any one would do.
WITH RECURSIVE used (oid) AS (
    SELECT c.oid
    FROM pg_catalog.json_to_recordset($1::json) AS a (schema text, name text)
    JOIN pg_catalog.pg_namespace n ON n.nspname = a.schema
    JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = a.name AND c.relkind IN ('v', 'm')
    UNION
    SELECT c.oid
    FROM used u
    JOIN pg_catalog.pg_rewrite w ON w.ev_class = u.oid AND w.ev_type = '1'
    JOIN pg_catalog.pg_depend p
        ON p.classid = 'pg_catalog.pg_rewrite'::regclass AND p.objid = w.oid
        AND p.refclassid = 'pg_catalog.pg_class'::regclass
    JOIN pg_catalog.pg_class c ON c.oid = p.refobjid AND c.relkind = 'v'
), reads AS (
    SELECT v.oid AS view, v.relowner AS owner, p.refobjid AS relation,
        array_agg(p.refobjsubid::int2) FILTER (WHERE p.refobjsubid <> 0) AS columns
    FROM used u
    JOIN pg_catalog.pg_class v
        ON v.oid = u.oid AND NOT coalesce('security_invoker=true' = ANY (v.reloptions), false)
        AND NOT coalesce('security_invoker=on' = ANY (v.reloptions), false)
    JOIN pg_catalog.pg_rewrite w ON w.ev_class = v.oid AND w.ev_type = '1'
    JOIN pg_catalog.pg_depend p
        ON p.classid = 'pg_catalog.pg_rewrite'::regclass AND p.objid = w.oid AND p.refobjid <> v.oid
        AND p.refclassid = 'pg_catalog.pg_class'::regclass
    JOIN pg_catalog.pg_class c ON c.oid = p.refobjid AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    GROUP BY v.oid, v.relowner, p.refobjid
), closed AS (
    SELECT r.*, (
        SELECT array_agg(t.attname::text ORDER BY t.attnum)
        FROM pg_catalog.pg_attribute t
        WHERE t.attrelid = r.relation AND t.attnum = ANY (r.columns)
        AND NOT pg_catalog.has_column_privilege(r.owner, r.relation, t.attnum, 'SELECT')
    ) AS unreadable
    FROM reads r
)
SELECT vn.nspname::text, v.relname::text, pg_catalog.pg_get_userbyid(x.owner)::text,
    cn.nspname::text, c.relname::text, to_json(x.unreadable)::text
FROM closed x
JOIN pg_catalog.pg_class v ON v.oid = x.view
JOIN pg_catalog.pg_namespace vn ON vn.oid = v.relnamespace
JOIN pg_catalog.pg_class c ON c.oid = x.relation
JOIN pg_catalog.pg_namespace cn ON cn.oid = c.relnamespace
WHERE x.unreadable IS NOT NULL
OR (x.columns IS NULL AND NOT pg_catalog.has_any_column_privilege(x.owner, x.relation, 'SELECT'))
ORDER BY 1, 2, 4, 5
