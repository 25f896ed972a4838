-- Everything that some roles or PUBLIC hold in this database. Objects with one owner and one access list are one row,
-- so that 100,000 tables that were granted alike are told in a few.
-- $1: JSON array of role names. Rows: kind, schema, column, owner if it is one of them, JSON array of [name, arguments],
-- JSON array of [grantee, privilege, grantable].
-- What PUBLIC and the owner have on what came with PostgreSQL is left out: every role has it.
WITH role AS (
    SELECT r.oid, r.rolname::text AS name
    FROM pg_catalog.pg_roles r
    WHERE r.rolname IN (SELECT pg_catalog.json_array_elements_text($1::json))
), space AS (
    SELECT n.oid, n.nspname::text AS name, n.nspname IN ('pg_catalog', 'information_schema') AS builtin
    FROM pg_catalog.pg_namespace n
    WHERE n.nspname !~ '^pg_(toast|temp_)'
), alike AS (
    SELECT CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind, c.relnamespace AS space, ''::name AS field,
        c.relowner AS owner, c.relacl AS acl, CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char" AS default_of,
        json_agg(c.relname) AS names
    FROM pg_catalog.pg_class c
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND (c.relacl IS NOT NULL OR c.relowner IN (SELECT oid FROM role))
    GROUP BY c.relkind = 'S', 1, 2, c.relowner, c.relacl, 6
    UNION ALL
    SELECT 'TABLE', c.relnamespace, a.attname, c.relowner, a.attacl, NULL, json_agg(c.relname)
    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
    WHERE a.attacl IS NOT NULL AND NOT a.attisdropped
    GROUP BY c.relnamespace, a.attname, c.relowner, a.attacl
    UNION ALL
    SELECT CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, p.pronamespace, '', p.proowner, p.proacl, 'f',
        json_agg(ARRAY[p.proname::text, /* part argument_types of p */])
    FROM pg_catalog.pg_proc p
    WHERE p.proacl IS NOT NULL OR p.oid >= 16384
    GROUP BY p.prokind = 'p', 1, p.pronamespace, p.proowner, p.proacl
    UNION ALL
    -- A table's own row type and every array type take their rights from elsewhere.
    SELECT 'TYPE', t.typnamespace, '', t.typowner, t.typacl, 'T', json_agg(t.typname)
    FROM pg_catalog.pg_type t
    LEFT JOIN (SELECT oid FROM pg_catalog.pg_class WHERE relkind = 'c') c ON c.oid = t.typrelid
    WHERE (t.typacl IS NOT NULL OR t.oid >= 16384) AND (t.typrelid = 0 OR c.oid IS NOT NULL)
        AND (t.typcategory <> 'A' OR t.typtype = 'd')
    GROUP BY t.typnamespace, t.typowner, t.typacl
    UNION ALL
    SELECT 'SCHEMA', NULL, '', n.nspowner, n.nspacl, 'n', json_agg(n.nspname)
    FROM pg_catalog.pg_namespace n JOIN space s ON s.oid = n.oid WHERE NOT s.builtin
    GROUP BY n.nspowner, n.nspacl
    UNION ALL
    SELECT 'DATABASE', NULL, '', d.datdba, d.datacl, 'd', json_build_array(d.datname)
    FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()
    UNION ALL
    SELECT 'LARGE OBJECT', NULL, '', l.lomowner, l.lomacl, 'L', json_agg(l.oid::text)
    FROM pg_catalog.pg_largeobject_metadata l
    WHERE l.lomacl IS NOT NULL OR l.lomowner IN (SELECT oid FROM role)
    GROUP BY l.lomowner, l.lomacl
    UNION ALL
    SELECT 'LANGUAGE', NULL, '', l.lanowner, l.lanacl, 'l', json_agg(l.lanname)
    FROM pg_catalog.pg_language l WHERE l.lanacl IS NOT NULL GROUP BY l.lanowner, l.lanacl
    UNION ALL
    SELECT 'FOREIGN SERVER', NULL, '', f.srvowner, f.srvacl, 'S', json_agg(f.srvname)
    FROM pg_catalog.pg_foreign_server f GROUP BY f.srvowner, f.srvacl
    UNION ALL
    SELECT 'FOREIGN DATA WRAPPER', NULL, '', f.fdwowner, f.fdwacl, 'F', json_agg(f.fdwname)
    FROM pg_catalog.pg_foreign_data_wrapper f GROUP BY f.fdwowner, f.fdwacl
    UNION ALL
    SELECT 'TABLESPACE', NULL, '', t.spcowner, t.spcacl, 't', json_agg(t.spcname)
    FROM pg_catalog.pg_tablespace t GROUP BY t.spcowner, t.spcacl
), told AS (
    SELECT a.kind, s.name AS space, s.builtin, a.field, o.name AS owner, a.names, (
        SELECT json_agg(json_build_array(coalesce(r.name, ''), i.privilege_type, i.is_grantable))
        FROM pg_catalog.aclexplode(coalesce(a.acl, pg_catalog.acldefault(a.default_of, a.owner))) i
        LEFT JOIN role r ON r.oid = i.grantee
        WHERE r.oid IS NOT NULL OR i.grantee = 0 AND s.builtin IS NOT TRUE
    ) AS items
    FROM alike a
    LEFT JOIN space s ON s.oid = a.space
    LEFT JOIN role o ON o.oid = a.owner
    WHERE a.space IS NULL OR s.oid IS NOT NULL
)
SELECT t.kind, t.space, t.field::text, t.owner, t.names::text, t.items::text
FROM told t
WHERE t.items IS NOT NULL OR t.owner IS NOT NULL
ORDER BY t.kind, t.space, t.field
