SELECT kept.{key} FROM {table} AS kept WHERE kept.{column} <> '' ORDER BY kept.{key} LIMIT 1 OFFSET {place}
