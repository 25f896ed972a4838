SELECT kept.{key}, kept.{column}, {flag}
  FROM {table} AS kept
 WHERE kept.{key} = $1 AND kept.{column} <> ''
