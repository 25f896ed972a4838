SELECT kept.{key}, kept.{column}, {flag}
  FROM {table} AS kept
 WHERE kept.{column} <> '' {after}
 ORDER BY kept.{key}
 LIMIT {count}
