-- The c. is no ornament: `schema` is a reserved word of MySQL (not of MariaDB), but never behind a dot.
SELECT c.conn_id, c.conn_type, c.host, c.schema, c.login, c.password, c.port, c.extra, c.description,
       c.is_encrypted, c.is_extra_encrypted
  FROM {table} AS c
 WHERE c.conn_id = $1
