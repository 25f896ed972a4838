SELECT v.key, v.val, v.description, v.is_encrypted FROM {table} AS v ORDER BY v.key
