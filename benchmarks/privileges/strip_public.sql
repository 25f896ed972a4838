-- Take from PUBLIC, in this transaction, whatever stands outside PostgreSQL's own schemas: rights on the database, on
-- schemas, functions, types, relations and their columns, large objects. The catalogs are changed directly (allow_system_table_mods),
-- because a REVOKE for each of hundreds of objects, again for each statement, would take most of the time.
-- Arrays have no rights of their own but those of their elements; domains over arrays have.
SET LOCAL allow_system_table_mods = on;
UPDATE pg_catalog.pg_database SET datacl = coalesce((
    SELECT array_agg(a) FROM unnest(coalesce(datacl, acldefault('d', datdba))) a WHERE a::text NOT LIKE '=%'), '{}')
WHERE datname = current_database() AND coalesce(datacl, acldefault('d', datdba))::text ~ '[{,]"?=';
UPDATE pg_catalog.pg_namespace SET nspacl = coalesce((
    SELECT array_agg(a) FROM unnest(nspacl) a WHERE a::text NOT LIKE '=%'), '{}')
WHERE nspname NOT IN ('pg_catalog', 'information_schema') AND nspacl::text ~ '[{,]"?=';
UPDATE pg_catalog.pg_proc SET proacl = coalesce((
    SELECT array_agg(a) FROM unnest(coalesce(proacl, acldefault('f', proowner))) a WHERE a::text NOT LIKE '=%'), '{}')
WHERE pronamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
    AND (proacl IS NULL OR proacl::text ~ '[{,]"?=');
UPDATE pg_catalog.pg_type SET typacl = coalesce((
    SELECT array_agg(a) FROM unnest(coalesce(typacl, acldefault('T', typowner))) a WHERE a::text NOT LIKE '=%'), '{}')
WHERE typnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace, 'pg_toast'::regnamespace)
    AND NOT (typelem <> 0 AND typlen = -1) AND (typacl IS NULL OR typacl::text ~ '[{,]"?=');
UPDATE pg_catalog.pg_class SET relacl = coalesce((
    SELECT array_agg(a) FROM unnest(relacl) a WHERE a::text NOT LIKE '=%'), '{}')
WHERE relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace) AND relacl::text ~ '[{,]"?=';
UPDATE pg_catalog.pg_attribute SET attacl = (SELECT array_agg(a) FROM unnest(attacl) a WHERE a::text NOT LIKE '=%')
WHERE attacl::text ~ '[{,]"?=' AND attrelid >= 16384;
UPDATE pg_catalog.pg_largeobject_metadata SET lomacl = coalesce((
    SELECT array_agg(a) FROM unnest(lomacl) a WHERE a::text NOT LIKE '=%'), '{}')
WHERE lomacl::text ~ '[{,]"?=';
SET LOCAL allow_system_table_mods = off;
