SELECT conn_id FROM connection ORDER BY conn_id
