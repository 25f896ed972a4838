-- What would break, beside statements, if a role lost a privilege: views and functions that it owns run with its
-- rights, and what it passed on goes with the grant.
-- $1: the role; $2: JSON array of {"kind", "schema", "name"} of relations. Rows: schema and name of the relation, what
-- leans on it in words.
WITH asked AS (
    SELECT DISTINCT n.nspname, c.relname, c.oid, c.relacl
    FROM pg_catalog.json_to_recordset($2::json) AS a (kind text, schema text, name text)
    JOIN pg_catalog.pg_namespace n ON n.nspname = a.schema
    JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = a.name AND a.kind IN ('TABLE', 'SEQUENCE')
), me AS (
    SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = $1
)
SELECT a.nspname::text, a.relname::text, l.what
FROM asked a
CROSS JOIN LATERAL (
    SELECT DISTINCT format('%s %I.%I', CASE v.relkind WHEN 'm' THEN 'the materialized view' ELSE 'the view' END,
        n.nspname, v.relname) AS what
    FROM pg_catalog.pg_depend d
    JOIN pg_catalog.pg_rewrite w ON w.oid = d.objid
    JOIN pg_catalog.pg_class v ON v.oid = w.ev_class AND v.relowner = (SELECT oid FROM me) AND v.oid <> a.oid
    JOIN pg_catalog.pg_namespace n ON n.oid = v.relnamespace
    WHERE d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.refclassid = 'pg_catalog.pg_class'::regclass
        AND d.refobjid = a.oid
    UNION ALL
    SELECT DISTINCT format('%s, to whom %I passed it on', CASE i.grantee
        WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_catalog.pg_get_userbyid(i.grantee)) END, $1::text)
    FROM (
        SELECT i.* FROM pg_catalog.aclexplode(a.relacl) i
        UNION
        -- What was passed on of single columns.
        SELECT i.* FROM pg_catalog.pg_attribute t CROSS JOIN LATERAL pg_catalog.aclexplode(t.attacl) i
        WHERE t.attrelid = a.oid
    ) i
    WHERE i.grantor = (SELECT oid FROM me) AND i.grantee <> i.grantor
        AND i.grantor <> (SELECT c.relowner FROM pg_catalog.pg_class c WHERE c.oid = a.oid)
) l
ORDER BY 1, 2, 3
