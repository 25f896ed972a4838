-- Every role reached from this one, as PostgreSQL counts for +role: whatever INHERIT and SET say, superuser or not.
WITH RECURSIVE reached(oid) AS (
    SELECT oid FROM pg_catalog.pg_roles WHERE rolname = $1
     UNION
    SELECT m.roleid FROM pg_catalog.pg_auth_members AS m JOIN reached AS r ON m.member = r.oid
)
SELECT r.rolname FROM pg_catalog.pg_roles AS r JOIN reached USING (oid)
