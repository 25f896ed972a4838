-- What the session prepared under these names, as it was sent.
-- $1: JSON array of names. Rows: name, the text that it was sent in.
SELECT p.name, p.statement
FROM pg_catalog.pg_prepared_statements p
WHERE p.name IN (SELECT pg_catalog.json_array_elements_text($1::json))
