-- Who owns what is no relation, schema or function, and whether that is a superuser.
-- $1: JSON array of {"kind", "schema", "name"}; schema is empty where objects have none. Rows: kind, schema, name, owner,
-- whether the owner is a superuser, and a word: the context of a parameter, whether a language or an
-- extension that is not created yet is trusted, the functions, by their numbers, that a domain's constraints call, or
-- how an operator, a class or a family of them is written. The name of a class or family is `its_name USING hash`.
WITH asked AS (
    SELECT DISTINCT a.kind, a.schema, a.name
    FROM pg_catalog.json_to_recordset($1::json) AS a (kind text, schema text, name text)
), found AS (
    SELECT a.*, t.typowner AS owner, coalesce((
        WITH RECURSIVE base (oid) AS (
            SELECT t.oid WHERE t.typtype = 'd'
            UNION ALL
            SELECT z.oid FROM base
            JOIN pg_catalog.pg_type y ON y.oid = base.oid
            JOIN pg_catalog.pg_type z ON z.oid = y.typbasetype AND z.typtype = 'd'
        )
        SELECT pg_catalog.string_agg(f.oid::text, ' ')
        FROM base
        JOIN pg_catalog.pg_constraint k ON k.contypid = base.oid
        JOIN pg_catalog.pg_depend p
            ON p.classid = 'pg_catalog.pg_constraint'::regclass AND p.objid = k.oid
            AND p.refclassid = 'pg_catalog.pg_proc'::regclass
        JOIN pg_catalog.pg_proc f ON f.oid = p.refobjid AND f.pronamespace <> 'pg_catalog'::regnamespace
    ), '') AS word
    FROM asked a
    JOIN pg_catalog.pg_namespace n ON a.kind = 'TYPE' AND n.nspname = a.schema
    JOIN pg_catalog.pg_type t ON t.typnamespace = n.oid AND t.typname = a.name
    UNION ALL
    -- An operator's name is followed by the types of its sides; the word is how SQL writes it.
    SELECT a.*, o.oprowner, format(
        '%I.%s (%s, %s)', n.nspname, o.oprname,
        coalesce(quote_ident(ln.nspname) || '.' || quote_ident(lt.typname), 'NONE'),
        coalesce(quote_ident(rn.nspname) || '.' || quote_ident(rt.typname), 'NONE')
    )
    FROM asked a
    JOIN pg_catalog.pg_namespace n ON a.kind = 'OPERATOR' AND n.nspname = a.schema
    JOIN pg_catalog.pg_operator o ON o.oprnamespace = n.oid AND o.oprname = split_part(a.name, ' ', 1)
    LEFT JOIN pg_catalog.pg_type lt ON lt.oid = o.oprleft
    LEFT JOIN pg_catalog.pg_namespace ln ON ln.oid = lt.typnamespace
    LEFT JOIN pg_catalog.pg_type rt ON rt.oid = o.oprright
    LEFT JOIN pg_catalog.pg_namespace rn ON rn.oid = rt.typnamespace
    WHERE concat_ws(' ', o.oprname, coalesce(lt.typname, 'NONE'), coalesce(rt.typname, 'NONE')) = a.name
    UNION ALL
    SELECT a.*, o.opcowner, format('%I.%I USING %I', n.nspname, o.opcname, m.amname)
    FROM asked a
    JOIN pg_catalog.pg_namespace n ON a.kind = 'OPERATOR CLASS' AND n.nspname = a.schema
    JOIN pg_catalog.pg_opclass o ON o.opcnamespace = n.oid
    JOIN pg_catalog.pg_am m ON m.oid = o.opcmethod AND concat(o.opcname, ' USING ', m.amname) = a.name
    UNION ALL
    SELECT a.*, o.opfowner, format('%I.%I USING %I', n.nspname, o.opfname, m.amname)
    FROM asked a
    JOIN pg_catalog.pg_namespace n ON a.kind = 'OPERATOR FAMILY' AND n.nspname = a.schema
    JOIN pg_catalog.pg_opfamily o ON o.opfnamespace = n.oid
    JOIN pg_catalog.pg_am m ON m.oid = o.opfmethod AND concat(o.opfname, ' USING ', m.amname) = a.name
    UNION ALL
    SELECT a.*, o.conowner, '' FROM asked a
    JOIN pg_catalog.pg_namespace n ON a.kind = 'CONVERSION' AND n.nspname = a.schema
    JOIN pg_catalog.pg_conversion o ON o.connamespace = n.oid AND o.conname = a.name
    UNION ALL
    SELECT a.*, d.dictowner, '' FROM asked a
    JOIN pg_catalog.pg_namespace n ON a.kind = 'TEXT SEARCH DICTIONARY' AND n.nspname = a.schema
    JOIN pg_catalog.pg_ts_dict d ON d.dictnamespace = n.oid AND d.dictname = a.name
    UNION ALL
    SELECT a.*, e.evtowner, '' FROM asked a
    JOIN pg_catalog.pg_event_trigger e ON a.kind = 'EVENT TRIGGER' AND e.evtname = a.name
    UNION ALL
    SELECT a.*, s.subowner, '' FROM asked a
    JOIN pg_catalog.pg_subscription s ON a.kind = 'SUBSCRIPTION' AND s.subname = a.name
    AND s.subdbid = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
    UNION ALL
    SELECT a.*, l.lanowner, CASE WHEN l.lanpltrusted THEN 'trusted' ELSE 'untrusted' END
    FROM asked a JOIN pg_catalog.pg_language l ON a.kind = 'LANGUAGE' AND l.lanname = a.name
    UNION ALL
    SELECT a.*, s.srvowner, '' FROM asked a
    JOIN pg_catalog.pg_foreign_server s ON a.kind = 'FOREIGN SERVER' AND s.srvname = a.name
    UNION ALL
    SELECT a.*, f.fdwowner, '' FROM asked a
    JOIN pg_catalog.pg_foreign_data_wrapper f ON a.kind = 'FOREIGN DATA WRAPPER' AND f.fdwname = a.name
    UNION ALL
    SELECT a.*, s.spcowner, '' FROM asked a
    JOIN pg_catalog.pg_tablespace s ON a.kind = 'TABLESPACE' AND s.spcname = a.name
    UNION ALL
    SELECT a.*, d.datdba, '' FROM asked a
    JOIN pg_catalog.pg_database d ON a.kind = 'DATABASE' AND d.datname = a.name
    UNION ALL
    SELECT a.*, b.lomowner, '' FROM asked a
    JOIN pg_catalog.pg_largeobject_metadata b ON a.kind = 'LARGE OBJECT' AND b.oid::text = a.name
    UNION ALL
    SELECT a.*, e.extowner, '' FROM asked a
    JOIN pg_catalog.pg_extension e ON a.kind = 'EXTENSION' AND e.extname = a.name
    UNION ALL
    SELECT a.*, p.pubowner, '' FROM asked a
    JOIN pg_catalog.pg_publication p ON a.kind = 'PUBLICATION' AND p.pubname = a.name
    UNION ALL
    SELECT a.*, o.collowner, '' FROM asked a
    JOIN pg_catalog.pg_namespace n ON a.kind = 'COLLATION' AND n.nspname = a.schema
    JOIN pg_catalog.pg_collation o ON o.collnamespace = n.oid AND o.collname = a.name
    UNION ALL
    SELECT a.*, o.cfgowner, '' FROM asked a
    JOIN pg_catalog.pg_namespace n ON a.kind = 'TEXT SEARCH CONFIGURATION' AND n.nspname = a.schema
    JOIN pg_catalog.pg_ts_config o ON o.cfgnamespace = n.oid AND o.cfgname = a.name
    UNION ALL
    SELECT a.*, o.stxowner, '' FROM asked a
    JOIN pg_catalog.pg_namespace n ON a.kind = 'STATISTICS' AND n.nspname = a.schema
    JOIN pg_catalog.pg_statistic_ext o ON o.stxnamespace = n.oid AND o.stxname = a.name
    UNION ALL
    SELECT a.*, NULL, s.context FROM asked a
    JOIN pg_catalog.pg_settings s ON a.kind = 'PARAMETER' AND lower(s.name) = lower(a.name)
    UNION ALL
    SELECT a.*, NULL, CASE WHEN v.superuser AND NOT v.trusted THEN 'untrusted' WHEN v.trusted THEN 'trusted' ELSE '' END
    FROM asked a
    JOIN pg_catalog.pg_available_extensions e ON a.kind = 'EXTENSION TO CREATE' AND e.name = a.name
    JOIN pg_catalog.pg_available_extension_versions v ON v.name = e.name AND v.version = e.default_version
    WHERE e.installed_version IS NULL
    UNION ALL
    SELECT a.*, r.oid, '' FROM asked a JOIN pg_catalog.pg_roles r ON a.kind = 'ROLE' AND r.rolname = a.name
)
SELECT f.kind, f.schema, f.name, r.rolname::text, coalesce(r.rolsuper, false)::text, f.word
FROM found f LEFT JOIN pg_catalog.pg_roles r ON r.oid = f.owner
