UPDATE {table} SET val = $2, description = $3, is_encrypted = $4 WHERE {key} = $1
