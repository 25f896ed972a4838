-- The types of a function's input arguments, as Grant.arguments has them; :of is pg_proc's alias.
(
    SELECT coalesce(pg_catalog.string_agg(CASE tn.nspname
        WHEN 'pg_catalog' THEN pg_catalog.format_type(y.oid, NULL)
        ELSE pg_catalog.quote_ident(tn.nspname) || '.' || pg_catalog.quote_ident(y.typname)
    END, ', ' ORDER BY a.place), '')
    FROM pg_catalog.unnest(:of.proargtypes) WITH ORDINALITY AS a (type, place)
    JOIN pg_catalog.pg_type y ON y.oid = a.type
    JOIN pg_catalog.pg_namespace tn ON tn.oid = y.typnamespace
)