-- Which roles hold which privileges, by the server's own judgement: own grants, PUBLIC's, ownership, superuser and
-- the memberships that inherit all count.
-- $1: JSON array of {"kind", "schema", "name", "column", "arguments", "privilege", "grantable"}; $2: JSON array of role
-- names. Rows: position in $1 (from 1), role; only what is held. Parameters are asked for in held_parameters.sql.
WITH wanted AS (
    SELECT i.position, g.*, g.privilege || CASE WHEN g.grantable THEN ' WITH GRANT OPTION' ELSE '' END AS asked
    FROM pg_catalog.json_array_elements($1::json) WITH ORDINALITY AS i (item, position)
    CROSS JOIN LATERAL pg_catalog.json_to_record(i.item) AS g (
        kind text, schema text, name text, "column" text, arguments text, privilege text, grantable bool
    )
), found AS (
    SELECT w.*, n.oid AS schema_oid, c.oid AS relation_oid, c.relkind, p.oid AS function_oid, t.oid AS type_oid,
        l.oid AS language_oid, s.oid AS server_oid, d.oid AS wrapper_oid, ts.oid AS tablespace_oid, g.oid AS role_oid,
        b.lomowner, b.lomacl
    FROM wanted w
    LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = CASE w.kind WHEN 'SCHEMA' THEN w.name ELSE w.schema END
    LEFT JOIN pg_catalog.pg_class c
        ON c.relnamespace = n.oid AND c.relname = w.name AND w.kind IN ('TABLE', 'SEQUENCE')
    LEFT JOIN LATERAL (
        SELECT f.oid FROM pg_catalog.pg_proc f
        WHERE f.pronamespace = n.oid AND f.proname = w.name AND w.kind IN ('FUNCTION', 'PROCEDURE')
        AND w.arguments = /* part argument_types of f */
    ) p ON true
    LEFT JOIN pg_catalog.pg_type t ON w.kind = 'TYPE' AND t.typnamespace = n.oid AND t.typname = w.name
    LEFT JOIN pg_catalog.pg_language l ON w.kind = 'LANGUAGE' AND l.lanname = w.name
    LEFT JOIN pg_catalog.pg_foreign_server s ON w.kind = 'FOREIGN SERVER' AND s.srvname = w.name
    LEFT JOIN pg_catalog.pg_foreign_data_wrapper d ON w.kind = 'FOREIGN DATA WRAPPER' AND d.fdwname = w.name
    LEFT JOIN pg_catalog.pg_tablespace ts ON w.kind = 'TABLESPACE' AND ts.spcname = w.name
    LEFT JOIN pg_catalog.pg_roles g ON w.kind = 'ROLE' AND g.rolname = w.name
    LEFT JOIN pg_catalog.pg_largeobject_metadata b ON w.kind = 'LARGE OBJECT' AND b.oid::text = w.name
)
SELECT f.position::text, r.rolname::text
FROM found f
JOIN pg_catalog.pg_roles r ON r.rolname IN (SELECT pg_catalog.json_array_elements_text($2::json))
WHERE CASE
    WHEN f.kind = 'DATABASE' THEN pg_catalog.has_database_privilege(r.oid, f.name, f.asked)
    WHEN f.kind = 'ATTRIBUTE' THEN r.rolsuper OR CASE f.name
        WHEN 'CREATEDB' THEN r.rolcreatedb
        WHEN 'CREATEROLE' THEN r.rolcreaterole
        WHEN 'REPLICATION' THEN r.rolreplication
        WHEN 'BYPASSRLS' THEN r.rolbypassrls
        ELSE false
    END
    -- SET is asked for apart from membership since PostgreSQL 16; before, every member may SET ROLE.
    WHEN f.kind = 'ROLE' THEN f.role_oid IS NOT NULL AND pg_catalog.pg_has_role(r.oid, f.role_oid, CASE
        WHEN f.grantable THEN 'MEMBER WITH ADMIN OPTION'
        WHEN f.privilege = 'SET' AND pg_catalog.current_setting('server_version_num')::int < 160000 THEN 'MEMBER'
        ELSE f.privilege
    END)
    WHEN f.kind = 'LANGUAGE' THEN f.language_oid IS NOT NULL
        AND pg_catalog.has_language_privilege(r.oid, f.language_oid, f.asked)
    WHEN f.kind = 'FOREIGN SERVER' THEN f.server_oid IS NOT NULL
        AND pg_catalog.has_server_privilege(r.oid, f.server_oid, f.asked)
    WHEN f.kind = 'FOREIGN DATA WRAPPER' THEN f.wrapper_oid IS NOT NULL
        AND pg_catalog.has_foreign_data_wrapper_privilege(r.oid, f.wrapper_oid, f.asked)
    WHEN f.kind = 'TABLESPACE' THEN f.tablespace_oid IS NOT NULL
        AND pg_catalog.has_tablespace_privilege(r.oid, f.tablespace_oid, f.asked)
    -- has_largeobject_privilege() came with PostgreSQL 18.
    WHEN f.kind = 'LARGE OBJECT' THEN f.lomowner IS NOT NULL AND (
        r.rolsuper OR pg_catalog.pg_has_role(r.oid, f.lomowner, 'USAGE') OR EXISTS (
            SELECT FROM pg_catalog.aclexplode(f.lomacl) a
            WHERE a.privilege_type = f.privilege AND (a.is_grantable OR NOT f.grantable)
            AND (a.grantee = 0 OR pg_catalog.pg_has_role(r.oid, a.grantee, 'USAGE'))
        )
    )
    WHEN f.schema_oid IS NULL THEN false
    WHEN f.kind = 'SCHEMA' THEN pg_catalog.has_schema_privilege(r.oid, f.schema_oid, f.asked)
    WHEN f.kind IN ('FUNCTION', 'PROCEDURE') THEN f.function_oid IS NOT NULL
        AND pg_catalog.has_function_privilege(r.oid, f.function_oid, f.asked)
    WHEN f.kind = 'TYPE' THEN f.type_oid IS NOT NULL AND pg_catalog.has_type_privilege(r.oid, f.type_oid, f.asked)
    WHEN f.relation_oid IS NULL THEN false
    WHEN f.kind = 'SEQUENCE'
        THEN f.relkind = 'S' AND pg_catalog.has_sequence_privilege(r.oid, f.relation_oid, f.asked)
    WHEN f."column" <> ''
        THEN pg_catalog.has_column_privilege(r.oid, f.relation_oid, f."column", f.asked)
    WHEN pg_catalog.has_table_privilege(r.oid, f.relation_oid, f.asked) THEN true
    -- Every column singly is as good as the whole table.
    WHEN f.privilege IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES') THEN coalesce((
        SELECT bool_and(pg_catalog.has_column_privilege(r.oid, t.attrelid, t.attnum, f.asked))
        FROM pg_catalog.pg_attribute t
        WHERE t.attrelid = f.relation_oid AND t.attnum > 0 AND NOT t.attisdropped
    ), false)
    ELSE false
END
