-- What GRANT and REVOKE ... ON ALL TABLES IN SCHEMA mean, as objectsInSchemaToOids() (aclchk.c) has it.
-- $1: JSON array of {"kind", "schema"}; the kind is TABLES, SEQUENCES, FUNCTIONS, PROCEDURES or ROUTINES.
-- Rows: kind, schema, name, pg_class.relkind or pg_proc.prokind, the types of a routine's arguments, owner.
WITH asked AS (
    SELECT DISTINCT a.kind, n.nspname, n.oid
    FROM pg_catalog.json_to_recordset($1::json) AS a (kind text, schema text)
    JOIN pg_catalog.pg_namespace n ON n.nspname = a.schema
)
SELECT a.kind, a.nspname::text, c.relname::text, c.relkind::text, '', pg_catalog.pg_get_userbyid(c.relowner)::text
FROM asked a
JOIN pg_catalog.pg_class c ON c.relnamespace = a.oid AND c.relkind = ANY (CASE a.kind
    WHEN 'TABLES' THEN '{r,p,v,m,f}'::"char"[]
    WHEN 'SEQUENCES' THEN '{S}'
    ELSE '{}'
END)
UNION ALL
SELECT a.kind, a.nspname::text, f.proname::text, f.prokind::text, /* part argument_types of f */,
    pg_catalog.pg_get_userbyid(f.proowner)::text
FROM asked a
JOIN pg_catalog.pg_proc f ON f.pronamespace = a.oid AND f.prokind = ANY (CASE a.kind
    WHEN 'FUNCTIONS' THEN '{f,a,w}'::"char"[]
    WHEN 'PROCEDURES' THEN '{p}'
    WHEN 'ROUTINES' THEN '{f,a,w,p}'
    ELSE '{}'
END)
ORDER BY 1, 2, 3, 5
