SELECT kept.id, kept.{name}, kept.val, kept.description, kept.is_encrypted
  FROM {table} AS kept
