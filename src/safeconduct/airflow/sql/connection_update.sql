UPDATE {table}
   SET conn_type = $2, host = $3, {schema} = $4, login = $5, password = $6, port = $7, extra = $8, description = $9,
       is_encrypted = $10, is_extra_encrypted = $11
 WHERE conn_id = $1
