SELECT conn_id FROM {table} ORDER BY conn_id
