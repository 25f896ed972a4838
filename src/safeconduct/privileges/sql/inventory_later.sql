-- Default privileges that some roles or PUBLIC will get on what is made later.
-- $1: JSON array of role names. Rows: who makes it, in which schema (NULL for any), kind as pg_default_acl has it,
-- JSON array of [grantee, privilege, grantable].
SELECT pg_catalog.pg_get_userbyid(d.defaclrole)::text, n.nspname::text, d.defaclobjtype::text, (
    SELECT json_agg(json_build_array(coalesce(r.rolname, ''), i.privilege_type, i.is_grantable))
    FROM pg_catalog.aclexplode(d.defaclacl) i
    LEFT JOIN pg_catalog.pg_roles r ON r.oid = i.grantee
    WHERE i.grantee <> d.defaclrole
        AND (i.grantee = 0 OR r.rolname IN (SELECT pg_catalog.json_array_elements_text($1::json)))
)::text
FROM pg_catalog.pg_default_acl d
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = d.defaclnamespace
ORDER BY 1, 2, 3
