-- What the OIDs in a rewritten tree are.
-- $1: JSON object of arrays of OIDs: relations, functions, operators, types, domains, written (relations
-- whose rows change), inserted (those that get new ones).
-- One column: a JSON object for each of them; one more, with the key "role", for the current role.
WITH RECURSIVE asked AS (
    SELECT k.key AS kind, v.value::oid AS oid
    FROM pg_catalog.json_each($1::json) k
    CROSS JOIN LATERAL pg_catalog.json_array_elements_text(k.value) v
), written AS (
    -- Rows that go into a partitioned table end in a partition, whose own constraints and triggers count.
    SELECT a.oid AS via, a.oid FROM asked a WHERE a.kind = 'written'
    UNION
    SELECT w.via, c.oid
    FROM written w
    JOIN pg_catalog.pg_inherits i ON i.inhparent = w.oid
    JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid AND c.relispartition
), evaluated AS (
    -- Expressions that run for each row that is written: CHECK constraints, index expressions, generated columns, and
    -- the constraints of domains. Defaults stand in the tree.
    SELECT w.via, 'pg_catalog.pg_constraint'::regclass AS classid, k.oid AS objid, NULL::int AS part
    FROM written w JOIN pg_catalog.pg_constraint k ON k.conrelid = w.oid AND k.contype = 'c'
    UNION ALL
    SELECT w.via, 'pg_catalog.pg_class'::regclass, i.indexrelid, NULL
    FROM written w JOIN pg_catalog.pg_index i ON i.indrelid = w.oid
    UNION ALL
    -- Before PostgreSQL 15 it is the column that depends, not its expression.
    SELECT w.via, g.classid, CASE g.classid WHEN 'pg_catalog.pg_class'::regclass THEN w.oid ELSE d.oid END, g.part
    FROM written w
    JOIN pg_catalog.pg_attrdef d ON d.adrelid = w.oid
    JOIN pg_catalog.pg_attribute t ON t.attrelid = d.adrelid AND t.attnum = d.adnum AND t.attgenerated = 's'
    CROSS JOIN LATERAL (
        VALUES ('pg_catalog.pg_attrdef'::regclass, NULL), ('pg_catalog.pg_class'::regclass, d.adnum::int)
    ) AS g (classid, part)
    UNION ALL
    SELECT NULL, 'pg_catalog.pg_constraint'::regclass, k.oid, NULL
    FROM asked a JOIN pg_catalog.pg_constraint k ON k.contypid = a.oid
    WHERE a.kind = 'domains'
    UNION ALL
    -- A column that INSERT leaves out is NULL, which its domain has a word in, too.
    SELECT a.oid, 'pg_catalog.pg_constraint'::regclass, k.oid, NULL
    FROM asked a
    JOIN pg_catalog.pg_attribute t ON t.attrelid = a.oid AND t.attnum > 0 AND NOT t.attisdropped
    JOIN pg_catalog.pg_constraint k ON k.contypid = t.atttypid AND k.contypid <> 0
    WHERE a.kind = 'inserted'
), called AS (
    SELECT a.oid, NULL::oid AS via, NULL::oid AS operator FROM asked a WHERE a.kind = 'functions'
    UNION
    SELECT o.oprcode, NULL, o.oid FROM asked a JOIN pg_catalog.pg_operator o ON o.oid = a.oid WHERE a.kind = 'operators'
    UNION
    SELECT d.refobjid, e.via, NULL
    FROM evaluated e
    JOIN pg_catalog.pg_depend d
        ON d.classid = e.classid AND d.objid = e.objid AND d.objsubid = coalesce(e.part, d.objsubid)
        AND d.refclassid = 'pg_catalog.pg_proc'::regclass
    UNION
    SELECT o.oprcode, e.via, NULL
    FROM evaluated e
    JOIN pg_catalog.pg_depend d
        ON d.classid = e.classid AND d.objid = e.objid AND d.objsubid = coalesce(e.part, d.objsubid)
        AND d.refclassid = 'pg_catalog.pg_operator'::regclass
    JOIN pg_catalog.pg_operator o ON o.oid = d.refobjid
)
SELECT json_build_object('role', r.oid::bigint)::text FROM pg_catalog.pg_roles r WHERE r.rolname = current_user
UNION ALL
SELECT json_build_object(
    'relation', c.oid::bigint, 'schema', n.nspname, 'name', c.relname,
    'columns', (
        SELECT json_object_agg(t.attnum, t.attname)
        FROM pg_catalog.pg_attribute t WHERE t.attrelid = c.oid AND NOT t.attisdropped
    )
)::text
FROM (SELECT DISTINCT a.oid FROM asked a WHERE a.kind IN ('relations', 'written')) a
JOIN pg_catalog.pg_class c ON c.oid = a.oid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
UNION ALL
-- PostgreSQL's own functions are open to all where nobody changed that.
SELECT json_build_object(
    'function', p.oid::bigint, 'schema', n.nspname, 'name', p.proname,
    'arguments', /* part argument_types of p */,
    'as_created', n.nspname = 'pg_catalog' AND p.proacl IS NULL,
    'own', n.nspname = 'pg_catalog',
    'runs_as_caller', NOT p.prosecdef AND coalesce(tl.lanname, l.lanname) <> 'internal',
    'calling_defaults', p.pronargdefaults > 0 AND EXISTS (
        SELECT FROM pg_catalog.pg_depend d
        WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid
        AND d.refclassid = 'pg_catalog.pg_proc'::regclass AND d.refobjid >= 16384
    ),
    'via', c.via::bigint,
    'operator', o.oprname, 'operator_schema', ons.nspname
)::text
FROM called c
JOIN pg_catalog.pg_proc p ON p.oid = c.oid
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
JOIN pg_catalog.pg_language l ON l.oid = p.prolang
-- An aggregate runs its transition function.
LEFT JOIN pg_catalog.pg_aggregate g ON g.aggfnoid = p.oid
LEFT JOIN pg_catalog.pg_proc tp ON tp.oid = g.aggtransfn
LEFT JOIN pg_catalog.pg_language tl ON tl.oid = tp.prolang
LEFT JOIN pg_catalog.pg_operator o ON o.oid = c.operator
LEFT JOIN pg_catalog.pg_namespace ons ON ons.oid = o.oprnamespace
UNION ALL
SELECT json_build_object('type', t.oid::bigint, 'schema', n.nspname, 'name', t.typname)::text
FROM asked a
JOIN pg_catalog.pg_type t ON t.oid = a.oid
JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
WHERE a.kind = 'types'
