-- The schemas of the copy, of which every role may use every one: what is in them is to be found.
SELECT n.nspname::text FROM pg_catalog.pg_namespace n WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
