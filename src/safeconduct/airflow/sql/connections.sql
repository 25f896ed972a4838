SELECT c.conn_id, c.conn_type, c.host, c.schema, c.login, c.password, c.port, c.extra, c.description,
       c.is_encrypted, c.is_extra_encrypted
  FROM {table} AS c
 ORDER BY c.conn_id
