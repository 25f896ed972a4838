"""What each sample sends, read by eye: the line of the call, its connection, its SQL."""

from __future__ import annotations

STATEMENTS: dict[str, list[tuple[object, ...]]] = {
    "lib/helpers.py": [
        (10, "helper_default", "SELECT 1"),
        (10, "helper_default", "SELECT 2"),
        (15, "loader", "INSERT INTO target (a, b) VALUES (%s, %s)"),
    ],
    "lib/operators.py": [
        (18, "from_defaults", "TRUNCATE songplays"),
        (22, "from_defaults", "INSERT INTO songplays SELECT 1 FROM events"),
        (22, "mine", "INSERT INTO users SELECT 2 FROM events"),
    ],
    "s01_with_dag.py": [
        (8, "warehouse", "CREATE TABLE IF NOT EXISTS sales.daily (day date, total numeric)"),
        (
            13,
            "warehouse",
            "\n            INSERT INTO sales.daily\n            SELECT day, sum(amount) FROM sales.orders\n            WHERE day = '2000-01-01' GROUP BY day\n        ",
        ),
    ],
    "s02_postgres_operator.py": [
        (9, "postgres_default", "DROP TABLE IF EXISTS staging.events"),
        (10, "redshift", "TRUNCATE staging.events", "INSERT INTO staging.events SELECT * FROM raw.events"),
    ],
    "s03_default_args.py": [
        (8, "warehouse_conn", "ANALYZE sales.orders"),
        (9, "replica", "SELECT count(*) FROM sales.orders"),
        (11, "other", "SELECT 1"),
    ],
    "s04_imports.py": [
        (10, "warehouse_conn", "SELECT id, name FROM mart.customers"),
        (11, "warehouse_conn", "SELECT id FROM mart.orders"),
        (12, "warehouse_conn", "DELETE FROM mart.old"),
    ],
    "s06_templates.py": [
        (
            15,
            "postgres_default",
            "\nINSERT INTO mart.orders_v2 (id, day)\nSELECT id, day\nFROM raw.orders\nWHERE day BETWEEN '2000-01-01' AND '2000-01-01'\n  AND region = %(params.region)s\n",
        ),
        (16, "postgres_default", "SET statement_timeout = 1000;\n\nSELECT * FROM mart.report\n\nLIMIT 5\n\n"),
    ],
    "s07_taskflow.py": [
        (11, "source", "SELECT id FROM src.users"),
        (16, "target", "INSERT INTO dwh.users (id, name) VALUES (%s, %s)"),
        (17, "target", "ANALYZE dwh.users"),
        (21, "target", "SELECT count(*) FROM dwh.users"),
    ],
    "s08_cursor.py": [
        (14, "pg", "CREATE TEMP TABLE t (a int)"),
        (15, "pg", "INSERT INTO t (a) VALUES %s"),
        (16, "pg", "COPY t TO STDOUT"),
        (17, "pg", "UPDATE facts SET a = %(a)s"),
        (19, "pg", "SELECT * FROM facts WHERE day = %(day)s"),
        (20, "pg", "COPY raw.events FROM STDIN WITH CSV"),
        (21, "pg", "COPY raw.events FROM STDIN"),
    ],
    "s09_subclass.py": [
        (17, "admin", "GRANT SELECT ON marts.a TO reader"),
        (21, "marts", "REFRESH MATERIALIZED VIEW marts.a"),
        (22, "elsewhere", "REFRESH MATERIALIZED VIEW marts.b"),
    ],
    "s11_loops.py": [
        (8, "w", "DELETE FROM orders WHERE oid IS NULL"),
        (8, "w", "DELETE FROM users WHERE uid IS NULL"),
        (10, "w", "ANALYZE part_0"),
        (10, "w", "ANALYZE part_1"),
        (13, "w", "SELECT * FROM a"),
        (13, "w", "SELECT * FROM b"),
    ],
    "s12_mapped.py": [
        (9, "w", "SELECT 1"),
        (9, "w", "SELECT 2"),
        (11, "w", "SELECT 3"),
        (13, "p", "SELECT 4"),
    ],
    "s13_checks.py": [
        (
            9,
            "dq",
            "SELECT col_name, check_type, check_result FROM (SELECT 'id' AS col_name, 'null_check' AS check_type, id_null_check AS check_result FROM (SELECT SUM(CASE WHEN id IS NULL THEN 1 ELSE 0 END) AS id_null_check FROM orders) AS sq UNION ALL SELECT 'id' AS col_name, 'min' AS check_type, id_min AS check_result FROM (SELECT MIN(id) AS id_min FROM orders) AS sq) AS check_columns",
        ),
        (
            11,
            "dq",
            "SELECT check_name, check_result FROM (SELECT 'rows' AS check_name, MIN(rows) AS check_result FROM (SELECT CASE WHEN COUNT(*) > 0 THEN 1 ELSE 0 END AS rows FROM orders WHERE day = '2000-01-01') AS sq) AS check_table",
        ),
        (13, "dq", "SELECT max(id) FROM orders"),
        (
            14,
            "dq",
            "SELECT count(*), sum(a) FROM orders WHERE ds='2000-01-01'",
            "SELECT count(*), sum(a) FROM orders WHERE ds='2000-01-01'",
        ),
        (15, "dq", "SELECT avg(a) FROM orders"),
        (15, "dq", "SELECT max(a) FROM limits"),
        (17, "dq", "SELECT true"),
    ],
    "s14_transfer.py": [
        (7, "from", "SELECT a FROM s"),
        (7, "to", "TRUNCATE public.d"),
        (7, "to", "INSERT INTO public.d (a) VALUES (%s)"),
        (10, "to", "DELETE FROM public.d"),
        (10, "to", "INSERT INTO public.d (a, b) VALUES (%s, %s)"),
    ],
    "s15_pandas.py": [
        (12, "analytics", "SELECT * FROM a"),
        (13, "analytics", "SELECT * FROM s.b"),
        (15, "analytics", "DELETE FROM c WHERE id = :id"),
        (23, "raw_uri", "UPDATE e SET a = 1"),
        (24, "typed", "SELECT 9"),
    ],
    "s16_files.py": [
        (14, "postgres_default", "SELECT * FROM plain;\n"),
        (15, "postgres_default", "SELECT * FROM plain;"),
        (16, "postgres_default", "SELECT * FROM plain;"),
        (17, "postgres_default", "SELECT 1\n  FROM x"),
        (21, "postgres_default", "SELECT a, b FROM t"),
    ],
    "s17_values.py": [
        (11, "pg", "DELETE FROM facts WHERE day = '2000-01-01' AND n > %(kwargs_dag_run_.conf.get_limit)s"),
        (13, "pg", "SELECT * FROM f WHERE id IN (%(limit)s)"),
        (15, "pg", "INSERT INTO audit.log VALUES (2)"),
    ],
    "s18_branches.py": [
        (14, "prod_db", "SELECT 1"),
        (14, "dev_db", "SELECT 1"),
        (15, "w", "SELECT * FROM a"),
        (15, "w", "SELECT * FROM b"),
        (16, None, "SELECT 5"),
        (17, None, "SELECT 6"),
    ],
    "s20_factory.py": [
        (8, "acme_db", "VACUUM a.t"),
        (8, "bolt_db", "VACUUM b.t"),
    ],
    "s21_jinja.py": [
        (6, "w", "ANALYZE a;ANALYZE b;"),
        (10, "w", "SELECT * FROM t WHERE day = '20000101'"),
        (15, "w", "SELECT * FROM dflt"),
        (16, None, "SELECT * FROM Q"),
        (17, "w", "DELETE FROM t WHERE id = %(ti.xcom_pull_a)s -- 2000-01-01"),
    ],
    "s22_airflow3.py": [
        (8, "sdk", "SELECT * FROM core.t"),
        (8, "sdk", "SELECT * FROM core.t"),
    ],
    "s23_old_style.py": [
        (13, "old_db", "SELECT * FROM old"),
        (18, None, "DELETE FROM forgotten"),
    ],
    "s24_composed.py": [
        (13, "audit_default", "INSERT INTO audit.log (what) VALUES (%s)"),
        (13, "special", "INSERT INTO audit.log (what) VALUES (%s)"),
        (21, "pg", 'SELECT "a" FROM "s"."t"'),
        (26, "lam", "SELECT 'lambda'"),
    ],
    "s25_generic.py": [
        (9, "pg", "SELECT * FROM export"),
        (10, "snowflake_default", "SELECT 1"),
        (11, "audit", "SELECT 2"),
    ],
    "s26_try.py": [
        (10, "pg", "SELECT 'try'"),
        (12, "pg", "SELECT 'except'"),
        (15, "pg", "SELECT 'finally'"),
        (16, "pg", "SELECT 'while'"),
        (17, "pg", "SELECT 'body'"),
        (18, "pg", "ANALYZE x"),
        (18, "pg", "ANALYZE y"),
        (19, "pg", "SELECT 'walrus'"),
        (21, "pg", "SELECT 'last'"),
    ],
    "s27_objects.py": [
        (24, "g", "DELETE FROM z WHERE d = '2000-01-01'"),
        (30, "g", "LOCK TABLE t"),
        (32, "g", "UPDATE t SET a = %s WHERE b = ''"),
        (36, "c", "SELECT 1"),
        (37, "c", "SELECT 2"),
        (39, "tconn", "SELECT * FROM n1"),
        (39, "other", "SELECT * FROM n2"),
        (41, "p", "SELECT * FROM q"),
        (46, "c", "SELECT 0", "SELECT 1", "SELECT 2"),
        (48, "c", "SELECT 1"),
        (49, "c", "SELECT * FROM t WHERE a = %(a)s"),
    ],
    "team/etl/s05_relative.py": [
        (11, "team_db", "SELECT count(*) FROM team.facts"),
        (12, "team_db", "SELECT count(*) FROM team.facts WHERE ready"),
        (13, "team_db", "-- beside the DAG\nUPDATE team.facts SET ready = true\nWHERE day = '2000-01-01';\n"),
    ],
}
"""What cannot be told: the line of the call, its connection, what is missing, why."""
UNRESOLVED: dict[str, list[tuple[object, ...]]] = {
    "s06_templates.py": [
        (
            17,
            "postgres_default",
            "sql/nowhere.sql",
            "The template cannot be read: no such file is in the DAG's folder or in a place that the DAG names for templates.",
        ),
    ],
    "s15_pandas.py": [
        (
            16,
            "analytics",
            "a.to_sql('d', engine, schema='s', if_exists='append')",
            "The SQL cannot be told: pandas makes and fills the table d with the columns of a data frame.",
        ),
    ],
    "s17_values.py": [
        (
            12,
            "pg",
            "table",
            "A part of the SQL cannot be told, and it stands where a name or any SQL may stand: it is a parameter of work, given when the DAG runs.",
        ),
        (
            14,
            "pg",
            "Variable.get('schema')",
            "A part of the SQL cannot be told, and it is part of a name: the variable is set outside the DAG files.",
        ),
    ],
    "s21_jinja.py": [
        (
            14,
            "w",
            "ds_nodash",
            "A part of the SQL cannot be told, and it is part of a name: it is decided when the DAG runs.",
        ),
    ],
    "s27_objects.py": [
        (25, "g", "kwargs['params']['y']", "The SQL cannot be told: the source gives no value under this key."),
        (44, None, "sql", "The SQL cannot be told: the call is given arguments that are known only when the DAG runs."),
        (45, None, "sql", "The SQL cannot be told: the call is given arguments that are known only when the DAG runs."),
        (50, "c", "make()", "The SQL cannot be told: it is mapped over what is known only when the DAG runs."),
    ],
}
