-- What roles may do beyond any object. $1: JSON array of their names. Rows: the role, an attribute's word in CREATE ROLE.
SELECT r.rolname::text, a.word
FROM pg_catalog.json_array_elements_text($1::json) AS asked (name)
JOIN pg_catalog.pg_roles r ON r.rolname = asked.name
CROSS JOIN LATERAL (
    VALUES (r.rolcreaterole, 'CREATEROLE'), (r.rolcreatedb, 'CREATEDB'),
        (r.rolreplication, 'REPLICATION'), (r.rolbypassrls, 'BYPASSRLS')
) AS a (has, word)
WHERE a.has
ORDER BY r.rolname, a.word
