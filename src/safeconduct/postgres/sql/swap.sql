-- Where somebody has a row locked, this waits, and compares with what the row holds then (EvalPlanQual).
UPDATE {table} AS kept
   SET {column} = new.after{flag}
  FROM ROWS FROM (
           pg_catalog.unnest($1::{type}[]), pg_catalog.unnest($2::text[]), pg_catalog.unnest($3::text[])
       ) AS new (key, before, after)
 WHERE kept.{key} = new.key
   AND kept.{column} = new.before
RETURNING kept.{key}
