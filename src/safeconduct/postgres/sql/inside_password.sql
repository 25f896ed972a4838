-- The kind of the stored password, never the password (get_password_type in src/backend/libpq/crypt.c).
SELECT CASE WHEN rolpassword IS NULL THEN 'none'
            WHEN rolpassword LIKE 'SCRAM-SHA-256$%' THEN 'scram-sha-256'
            WHEN rolpassword ~ '^md5[0-9a-f]{32}$' THEN 'md5'
            ELSE 'another'
       END
  FROM pg_catalog.pg_authid
 WHERE rolname = $1
