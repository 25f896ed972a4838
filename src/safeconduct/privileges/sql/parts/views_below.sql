-- The view :of and the views that it reads, by their numbers; nothing for what is no view.
WITH RECURSIVE used (oid) AS (
    SELECT :of.oid WHERE :of.relkind = 'v'
    UNION
    SELECT v.oid
    FROM used
    JOIN pg_catalog.pg_rewrite w ON w.ev_class = used.oid AND w.ev_type = '1'
    JOIN pg_catalog.pg_depend u
        ON u.classid = 'pg_catalog.pg_rewrite'::regclass AND u.objid = w.oid
        AND u.refclassid = 'pg_catalog.pg_class'::regclass
    JOIN pg_catalog.pg_class v ON v.oid = u.refobjid AND v.relkind = 'v'
)
SELECT oid FROM used
