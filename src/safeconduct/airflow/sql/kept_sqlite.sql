SELECT 1 FROM {table} WHERE {key} = $1 AND {column} = $2
