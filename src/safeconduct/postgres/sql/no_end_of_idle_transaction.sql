-- As set_config on what is there: transaction_timeout came with PostgreSQL 17.
SELECT pg_catalog.set_config(name, '0', true)
  FROM pg_catalog.pg_settings
 WHERE name IN ('idle_in_transaction_session_timeout', 'transaction_timeout')
