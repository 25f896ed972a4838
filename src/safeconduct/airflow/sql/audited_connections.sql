SELECT kept.id, kept.conn_id, kept.conn_type, kept.host, kept.schema, kept.login, kept.password, kept.port, kept.extra,
       kept.description, kept.is_encrypted, kept.is_extra_encrypted
  FROM {table} AS kept
