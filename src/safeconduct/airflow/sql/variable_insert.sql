INSERT INTO {table} ({key}, val, description, is_encrypted) VALUES ($1, $2, $3, $4)
