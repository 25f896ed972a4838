-- Where somebody has a row locked, this waits, and compares with what the row holds then (EvalPlanQual).
UPDATE {table} AS kept
   SET {column} = new.after{flag}
  FROM pg_catalog.unnest($1::{type}[], $2::text[], $3::text[]) AS new (key, before, after)
 WHERE kept.{key} = new.key
   AND kept.{column} = new.before
RETURNING kept.{key}
