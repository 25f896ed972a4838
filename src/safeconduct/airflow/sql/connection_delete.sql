DELETE FROM {table} WHERE conn_id = $1
