INSERT INTO {table} (
    conn_id, conn_type, host, {schema}, login, password, port, extra, description, is_encrypted, is_extra_encrypted
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
