-- to_regclass gives NULL for a table that is not there, where a cast would fail.
SELECT attname, pg_catalog.format_type(atttypid, NULL)
  FROM pg_catalog.pg_attribute
 WHERE attrelid = pg_catalog.to_regclass($1)
   AND attnum > 0
   AND NOT attisdropped
