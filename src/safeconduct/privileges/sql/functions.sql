-- Functions and procedures, by the names that are called and by their numbers.
-- $1: JSON array of {"schema", "name"}; $2: JSON array of numbers. One column: a JSON object for each function.
-- What a body says is only of interest where somebody made the function (from 16384 on) in a language that can be read.
SELECT json_build_object(
    'oid', p.oid::bigint,
    'schema', n.nspname,
    'name', p.proname,
    'kind', p.prokind,
    'owner', pg_catalog.pg_get_userbyid(p.proowner),
    'superuser', (SELECT r.rolsuper FROM pg_catalog.pg_roles r WHERE r.oid = p.proowner),
    'arguments', /* part argument_types of p */,
    'inputs', (
        SELECT json_agg(y.typname ORDER BY a.place)
        FROM pg_catalog.unnest(p.proargtypes) WITH ORDINALITY AS a (type, place)
        JOIN pg_catalog.pg_type y ON y.oid = a.type
    ),
    'least', p.pronargs - p.pronargdefaults,
    'variadic', p.provariadic <> 0,
    'names', p.proargnames,
    'modes', p.proargmodes,
    'returns', pg_catalog.format_type(p.prorettype, NULL),
    'set', p.proretset,
    'language', l.lanname,
    'definer', p.prosecdef,
    'settings', p.proconfig,
    'made', p.oid >= 16384,
    'body', CASE WHEN p.oid >= 16384 AND l.lanname IN ('sql', 'plpgsql') THEN p.prosrc END,
    -- Since PostgreSQL 14 an SQL body may be stored as it was understood, and is written out again here.
    'parsed', CASE WHEN p.oid >= 16384 AND pg_catalog.to_jsonb(p) ->> 'prosqlbody' IS NOT NULL
        THEN pg_catalog.pg_get_functiondef(p.oid) END,
    -- PL/pgSQL casts what it returns (get_cast_hashentry in pl_exec.c), which calls a cast's function, or those of a
    -- domain's constraints, as the caller.
    'casts', CASE WHEN p.oid >= 16384 AND l.lanname = 'plpgsql' THEN (
        SELECT json_agg(x.function::bigint)
        FROM (
            SELECT k.castfunc::oid AS function
            FROM pg_catalog.pg_cast k
            WHERE k.casttarget = p.prorettype AND k.castsource = ANY (p.proargtypes) AND k.castcontext <> 'e'
            UNION
            SELECT d.refobjid
            FROM (
                WITH RECURSIVE base (oid) AS (
                    SELECT p.prorettype
                    UNION ALL
                    SELECT y.typbasetype
                    FROM base JOIN pg_catalog.pg_type y ON y.oid = base.oid AND y.typtype = 'd'
                )
                SELECT oid FROM base
            ) base
            JOIN pg_catalog.pg_constraint k ON k.contypid = base.oid
            JOIN pg_catalog.pg_depend d
                ON d.classid = 'pg_catalog.pg_constraint'::regclass AND d.objid = k.oid
                AND d.refclassid = 'pg_catalog.pg_proc'::regclass
        ) x
        WHERE x.function >= 16384
    ) END,
    -- What is left out of a call is filled in by its default, which the caller evaluates.
    'defaults', CASE
        WHEN p.oid >= 16384 AND p.pronargdefaults > 0 AND pg_catalog.to_jsonb(p) ->> 'prosqlbody' IS NULL THEN (
            SELECT json_agg(d.refobjid::bigint ORDER BY d.refobjid)
            FROM pg_catalog.pg_depend d
            WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid
            AND d.refclassid = 'pg_catalog.pg_proc'::regclass AND d.refobjid NOT IN (p.oid, p.prosupport)
            AND d.refobjid >= 16384
        ) END,
    'may_execute', pg_catalog.has_function_privilege(p.oid, 'EXECUTE'),
    'takes_row', p.pronargs > 0 AND EXISTS (
        SELECT FROM pg_catalog.pg_type t WHERE t.oid = p.proargtypes[0] AND t.typtype IN ('c', 'p')
    )
)::text
FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
JOIN pg_catalog.pg_language l ON l.oid = p.prolang
WHERE p.proname IN (SELECT a.name FROM pg_catalog.json_to_recordset($1::json) AS a (schema text, name text))
AND (n.nspname, p.proname) IN (
    SELECT a.schema, a.name FROM pg_catalog.json_to_recordset($1::json) AS a (schema text, name text)
)
OR p.oid = ANY (ARRAY(SELECT pg_catalog.json_array_elements_text($2::json)::oid))
ORDER BY p.oid
