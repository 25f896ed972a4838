SELECT kept.{key}, kept.{column}, {flag}
  FROM {table} AS kept
 WHERE kept.{column} <> ''{within}
 ORDER BY kept.{key}
 LIMIT {count}
