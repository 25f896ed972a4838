SELECT kept.id, kept.{name}
  FROM {table} AS kept
