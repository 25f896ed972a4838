-- What a role ($1) may do beyond any object. One row per attribute: its word in CREATE ROLE.
SELECT a.word
FROM pg_catalog.pg_roles r
CROSS JOIN LATERAL (
    VALUES (r.rolcreaterole, 'CREATEROLE'), (r.rolcreatedb, 'CREATEDB'),
        (r.rolreplication, 'REPLICATION'), (r.rolbypassrls, 'BYPASSRLS')
) AS a (has, word)
WHERE r.rolname = $1 AND a.has
ORDER BY a.word
