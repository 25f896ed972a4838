SELECT conn_id, conn_type, host, schema, login, password, port, extra, description, is_encrypted, is_extra_encrypted
  FROM {table}
 WHERE conn_id = $1
