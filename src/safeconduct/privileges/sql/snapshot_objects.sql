-- Everything in the database that has a name, for asking about all of it at once; temporary objects are left out.
-- Rows: what it is, schema, name, a word: the kind of a relation, a function's arguments, a column's name, where a
-- column of the relation has an access list of its own.
WITH space AS (
    SELECT n.oid, n.nspname FROM pg_catalog.pg_namespace n WHERE n.nspname !~ '^pg_(temp_|toast_temp_)'
)
SELECT 'RELATION', s.nspname::text, c.relname::text, c.relkind::text
FROM pg_catalog.pg_class c JOIN space s ON s.oid = c.relnamespace
UNION ALL
SELECT 'COLUMN', s.nspname, c.relname, t.attname
FROM pg_catalog.pg_class c
JOIN space s ON s.oid = c.relnamespace
JOIN pg_catalog.pg_attribute t ON t.attrelid = c.oid AND t.attnum > 0 AND NOT t.attisdropped
WHERE c.oid IN (SELECT a.attrelid FROM pg_catalog.pg_attribute a WHERE a.attacl IS NOT NULL)
UNION ALL
SELECT CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, s.nspname, p.proname, (
    SELECT coalesce(pg_catalog.string_agg(CASE tn.nspname
        WHEN 'pg_catalog' THEN pg_catalog.format_type(y.oid, NULL)
        ELSE pg_catalog.quote_ident(tn.nspname) || '.' || pg_catalog.quote_ident(y.typname)
    END, ', ' ORDER BY a.place), '')
    FROM pg_catalog.unnest(p.proargtypes) WITH ORDINALITY AS a (type, place)
    JOIN pg_catalog.pg_type y ON y.oid = a.type
    JOIN pg_catalog.pg_namespace tn ON tn.oid = y.typnamespace
)
FROM pg_catalog.pg_proc p JOIN space s ON s.oid = p.pronamespace
UNION ALL
SELECT 'SCHEMA', '', s.nspname, '' FROM space s
UNION ALL
SELECT 'TYPE', s.nspname, t.typname, '' FROM pg_catalog.pg_type t JOIN space s ON s.oid = t.typnamespace
UNION ALL
SELECT 'OPERATOR', s.nspname, concat_ws(' ', o.oprname, coalesce(lt.typname, 'NONE'), coalesce(rt.typname, 'NONE')), ''
FROM pg_catalog.pg_operator o
JOIN space s ON s.oid = o.oprnamespace
LEFT JOIN pg_catalog.pg_type lt ON lt.oid = o.oprleft
LEFT JOIN pg_catalog.pg_type rt ON rt.oid = o.oprright
UNION ALL
SELECT 'OPERATOR CLASS', s.nspname, concat(o.opcname, ' USING ', m.amname), ''
FROM pg_catalog.pg_opclass o
JOIN space s ON s.oid = o.opcnamespace
JOIN pg_catalog.pg_am m ON m.oid = o.opcmethod
UNION ALL
SELECT 'OPERATOR FAMILY', s.nspname, concat(o.opfname, ' USING ', m.amname), ''
FROM pg_catalog.pg_opfamily o
JOIN space s ON s.oid = o.opfnamespace
JOIN pg_catalog.pg_am m ON m.oid = o.opfmethod
UNION ALL
SELECT 'CONVERSION', s.nspname, o.conname, ''
FROM pg_catalog.pg_conversion o JOIN space s ON s.oid = o.connamespace
UNION ALL
SELECT 'TEXT SEARCH DICTIONARY', s.nspname, d.dictname, ''
FROM pg_catalog.pg_ts_dict d JOIN space s ON s.oid = d.dictnamespace
UNION ALL
SELECT 'EVENT TRIGGER', '', e.evtname, '' FROM pg_catalog.pg_event_trigger e
UNION ALL
SELECT 'SUBSCRIPTION', '', u.subname, '' FROM pg_catalog.pg_subscription u
UNION ALL
SELECT 'COLLATION', s.nspname, o.collname, ''
FROM pg_catalog.pg_collation o JOIN space s ON s.oid = o.collnamespace
UNION ALL
SELECT 'TEXT SEARCH CONFIGURATION', s.nspname, o.cfgname, ''
FROM pg_catalog.pg_ts_config o JOIN space s ON s.oid = o.cfgnamespace
UNION ALL
SELECT 'STATISTICS', s.nspname, o.stxname, ''
FROM pg_catalog.pg_statistic_ext o JOIN space s ON s.oid = o.stxnamespace
UNION ALL
SELECT 'DATABASE', '', d.datname, '' FROM pg_catalog.pg_database d
UNION ALL
SELECT 'LANGUAGE', '', l.lanname, '' FROM pg_catalog.pg_language l
UNION ALL
SELECT 'FOREIGN SERVER', '', f.srvname, '' FROM pg_catalog.pg_foreign_server f
UNION ALL
SELECT 'FOREIGN DATA WRAPPER', '', f.fdwname, '' FROM pg_catalog.pg_foreign_data_wrapper f
UNION ALL
SELECT 'TABLESPACE', '', t.spcname, '' FROM pg_catalog.pg_tablespace t
UNION ALL
SELECT 'LARGE OBJECT', '', b.oid::text, '' FROM pg_catalog.pg_largeobject_metadata b
UNION ALL
SELECT 'EXTENSION', '', e.extname, '' FROM pg_catalog.pg_extension e
UNION ALL
SELECT 'EXTENSION TO CREATE', '', e.name, '' FROM pg_catalog.pg_available_extensions e
UNION ALL
SELECT 'PUBLICATION', '', p.pubname, '' FROM pg_catalog.pg_publication p
UNION ALL
SELECT 'PARAMETER', '', s.name, '' FROM pg_catalog.pg_settings s
UNION ALL
SELECT 'ROLE', '', r.rolname, '' FROM pg_catalog.pg_roles r
