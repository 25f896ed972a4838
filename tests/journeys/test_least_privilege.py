"""A role with nothing and a file of statements: what is needed, granted, enough; then what is too much."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.journeys.shop import LOAD, PASSWORD

if TYPE_CHECKING:
    from tests.journeys.shop import Shop

INSERT = "INSERT INTO shop.orders (total) VALUES (1) RETURNING id"
SELECT = "SELECT at FROM shop.log"


def test_from_nothing_to_enough_and_back(shop: Shop) -> None:
    assert not shop.works(INSERT)
    said = shop.privileges("missing", "shop", "load.sql")
    assert said.code == 1
    for words in (
        "schema shop: USAGE",
        "table shop.orders: SELECT (id), INSERT (total)",
        "sequence shop.orders_id_seq",
    ):
        assert words in said.output, said.output
    sql = shop.privileges("grant", "shop", "load.sql")
    shop.server.sql(sql.output, database="sales")
    assert shop.works(INSERT)
    assert shop.works(SELECT)
    assert shop.privileges("missing", "shop", "load.sql").code == 0
    assert shop.privileges("grant", "shop", "load.sql").output == "-- etl in sales (shop): nothing is missing\n"

    (shop.folder / "load.sql").write_text(SELECT)
    assert "table shop.orders: SELECT (id), INSERT (total)" in shop.privileges("excess", "shop", "load.sql").output
    shop.server.sql(shop.privileges("revoke", "shop", "load.sql").output, database="sales")
    assert shop.works(SELECT)
    assert not shop.works(INSERT)
    assert shop.privileges("excess", "shop", "load.sql").code == 0


def test_needed_says_why_and_needs_no_grant(shop: Shop) -> None:
    said = shop.privileges("needed", "shop", "-", stdin=LOAD)
    assert said.code == 0
    assert "takes a value from shop.orders_id_seq" in " ".join(said.output.split())
    document = shop.privileges("needed", "shop", "load.sql", "--format", "json").role
    assert {(one["kind"], one["name"], one["column"], one["privilege"]) for one in document["needed"]} == {
        ("DATABASE", "sales", "", "CONNECT"),
        ("SCHEMA", "shop", "", "USAGE"),
        ("TABLE", "orders", "total", "INSERT"),
        ("TABLE", "orders", "id", "SELECT"),
        ("TABLE", "log", "at", "SELECT"),
        ("SEQUENCE", "orders_id_seq", "", "USAGE"),
    }
    assert document["held"] is document["missing"] is document["excess"] is None


def test_held(shop: Shop) -> None:
    shop.server.sql("CREATE ROLE readers; GRANT readers TO etl; GRANT SELECT ON shop.log TO readers", database="sales")
    said = shop.privileges("held", "shop")
    assert said.code == 0
    assert (
        "Granted, but not in effect:\n    table shop.log: SELECT, through readers; the role may not use" in said.output
    )
    shop.server.sql("GRANT USAGE ON SCHEMA shop TO readers", database="sales")
    assert "    table shop.log: SELECT, through readers\n" in shop.privileges("held", "shop").output
    other = shop.privileges("held", "shop", "--role", "readers", "--format", "json").role
    assert [one["objects"] for one in other["held"]["holdings"] if one["kind"] == "TABLE"] == [
        [{"name": "log", "arguments": ""}]
    ]
    assert "everything: postgres is a superuser" in shop.privileges("held", "shop", "--role", "postgres").output


def test_grants_for_a_group(shop: Shop) -> None:
    said = shop.privileges("grant", "shop", "--sql", SELECT, "--to", "Loaders")
    assert 'GRANT SELECT (at) ON TABLE shop.log TO "Loaders";' in said.output


def test_a_connection_that_is_not_let_in_is_explained_instead(shop: Shop) -> None:
    shop.server.sql("REVOKE CONNECT ON DATABASE sales FROM PUBLIC")
    said = shop.privileges("missing", "shop", "load.sql")
    assert said.code == 1
    assert "GRANT CONNECT ON DATABASE sales TO etl;" in said.output
    assert "postgres.database.connect-missing" in shop.privileges("held", "shop", "--format", "json").output


@pytest.mark.parametrize(
    ("arguments", "text", "words"),
    [
        (("missing", "shop"), "", "give the statements to judge"),
        (("held",), "", "name one connection"),
        (("missing", "shop", "nowhere.sql"), "", "nowhere.sql cannot be read: No such file or directory"),
        (("missing", "shop", "--sql", "SELEC 1"), "", "--sql: line 1, column 1: syntax error"),
    ],
)
def test_bad_input_is_one_sentence(shop: Shop, arguments: tuple[str, ...], text: str, words: str) -> None:
    said = shop.privileges(*arguments, stdin=text)
    assert said.code == 2
    assert words in said.errors


def test_an_unknown_table_names_the_near_ones(shop: Shop) -> None:
    said = shop.privileges("missing", "shop", "--sql", "SELECT 1 FROM shop.order")
    assert said.code == 1
    assert "shop.orders" in said.output


@pytest.mark.parametrize("verb", ["missing", "excess", "grant", "revoke"])
def test_every_account_keeps_to_its_schema(shop: Shop, verb: str) -> None:
    shop.server.sql("GRANT USAGE ON SCHEMA shop TO etl; GRANT ALL ON shop.log TO etl", database="sales")
    role = shop.privileges(verb, "shop", "load.sql", "--sql", "SELECT 1 FROM shop.nowhere", "--format", "json").role
    assert [finding["rule"] for finding in role["findings"]] == ["privileges.relation.missing"]


DAG = """
from airflow import DAG
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator

with DAG("shop", default_args={"conn_id": "shop"}):
    stage = SQLExecuteQueryOperator(task_id="stage", sql="CREATE TEMP TABLE late AS SELECT id FROM shop.orders")
    load = SQLExecuteQueryOperator(
        task_id="load", sql="INSERT INTO shop.orders (total) VALUES (%(total)s)", parameters={"total": 1}
    )
    log = SQLExecuteQueryOperator(task_id="log", sql="SELECT at FROM shop.log WHERE at > '{{ ds }}'")
    odd = SQLExecuteQueryOperator(task_id="odd", sql=make_up())
"""
STATEMENTS = (
    "CREATE TEMP TABLE late AS SELECT id FROM shop.orders",
    "INSERT INTO shop.orders (total) VALUES (1)",
    "SELECT at FROM shop.log WHERE at > '2024-01-01'",
)


@pytest.fixture
def dags(shop: Shop) -> Path:
    folder = shop.folder / "dags"
    folder.mkdir()
    (folder / "shop.py").write_text(DAG)
    return folder


def test_a_folder_of_dags_from_nothing_to_enough_and_back(shop: Shop, dags: Path) -> None:
    shop.server.sql("REVOKE TEMPORARY ON DATABASE sales FROM PUBLIC")
    boss = {"SAFECONDUCT_ADMIN_DSN": shop.server.superuser_dsn("sales")}
    assert not any(map(shop.works, STATEMENTS))
    said = shop.privileges("missing", "--dags", "dags")
    assert said.code == 1
    assert "database sales: TEMPORARY" in said.output
    assert "shop.py:11: " in " ".join(said.output.split()), said.output  # the call that cannot be told is not dropped
    granted = shop.privileges("grant", "--dags", "dags", "--real", **boss)
    assert "-- etl in sales (shop): nothing is missing" in granted.output
    assert "applied by" in granted.output
    assert all(map(shop.works, STATEMENTS))

    shop.server.sql("REVOKE INSERT (total) ON shop.orders FROM etl", database="sales")
    why = shop.why("--dags", "dags", "--format", "json")
    (finding,) = (one for one in why.report["findings"] if one["severity"] == "error")
    assert finding["location"] == {"file": "shop.py", "line": 7}
    assert [one["text"] for one in finding["remedies"]] == ["GRANT INSERT (total) ON TABLE shop.orders TO etl;"]
    shop.server.sql(finding["remedies"][0]["text"], database="sales")

    less = DAG.replace("INSERT INTO shop.orders (total) VALUES (%(total)s)", "SELECT 1")
    (dags / "shop.py").write_text("".join(line for line in less.splitlines(True) if "odd" not in line))
    too_much = shop.privileges("excess", "shop", "--dags", "dags")
    assert "table shop.orders: INSERT (total)" in too_much.output
    shop.privileges("revoke", "shop", "--dags", "dags", "--real", **boss)
    assert [shop.works(statement) for statement in STATEMENTS] == [True, False, True]


def test_real_needs_an_administrator(shop: Shop) -> None:
    said = shop.privileges("grant", "shop", "load.sql", "--real")
    assert (said.code, "--real needs an administrator" in said.errors) == (2, True)


def test_real_keeps_nothing_where_it_would_not_be_enough(shop: Shop) -> None:
    shop.server.sql("CREATE ROLE loaders")
    boss = {"SAFECONDUCT_ADMIN_DSN": shop.server.superuser_dsn("sales")}
    said = shop.privileges("grant", "shop", "load.sql", "--to", "loaders", "--real", **boss)
    assert "nothing was changed: after it etl still lacks" in " ".join(said.output.split()).replace("-- ", "")
    assert said.code == 1
    assert not shop.server.sql("SELECT FROM pg_class WHERE relacl::text LIKE '%loaders%'", database="sales")


def test_a_table_that_a_later_task_makes_is_not_unknown(shop: Shop, dags: Path) -> None:
    shop.server.sql("GRANT USAGE, CREATE ON SCHEMA shop TO etl", database="sales")
    order = '\n    first = SQLExecuteQueryOperator(task_id="a", sql="TRUNCATE shop.staging")'
    order += '\n    later = SQLExecuteQueryOperator(task_id="b", sql="CREATE TABLE shop.staging (id int)")\n'
    (dags / "shop.py").write_text(DAG.split("    stage =")[0] + order)
    said = shop.privileges("missing", "shop", "--dags", "dags")
    assert "staging" not in said.output, said.output
    assert said.code == 0


def test_dags_that_are_no_python_are_named_and_the_rest_is_judged(shop: Shop, dags: Path) -> None:
    (dags / "broken.py").write_text("from airflow import DAG\nSQLExecuteQueryOperator(sql='SELECT 1'\n")
    said = shop.privileges("needed", "--dags", "dags")
    assert said.code == 3
    assert "broken.py:2: " in " ".join(said.output.split())
    assert "table shop.orders: SELECT (id), INSERT (total)" in said.output


def test_connections_of_one_role_keep_what_either_needs(shop: Shop, dags: Path) -> None:
    shop.server.sql("GRANT USAGE ON SCHEMA shop TO etl; GRANT SELECT ON shop.log, shop.orders TO etl", database="sales")
    uri = f"postgres://etl:{PASSWORD}@127.0.0.1:{shop.server.port}/sales"
    two = DAG.split("    stage =")[0]
    for task, conn, table in (("a", "shop", "shop.log"), ("b", "other", "shop.orders")):
        sql = f"TABLE {table}"
        two += f'    {task} = SQLExecuteQueryOperator(task_id="{task}", conn_id="{conn}", sql="{sql}")\n'
    (dags / "shop.py").write_text(two)
    boss = {"SAFECONDUCT_ADMIN_DSN": shop.server.superuser_dsn("sales"), "AIRFLOW_CONN_OTHER": uri}
    said = shop.privileges("revoke", "--dags", "dags", "--real", **boss)
    assert said.output.count("nothing is too much") == 2, said.output
    assert shop.works("TABLE shop.log")
    assert shop.works("TABLE shop.orders")


def test_nothing_is_taken_away_while_some_sql_is_not_told(shop: Shop, dags: Path) -> None:
    shop.server.sql("GRANT USAGE ON SCHEMA shop TO etl; GRANT DELETE ON shop.log TO etl", database="sales")
    boss = {"SAFECONDUCT_ADMIN_DSN": shop.server.superuser_dsn("sales")}
    said = shop.privileges("revoke", "shop", "--dags", "dags", "--real", **boss)
    assert "nothing was changed: not all statements could be told" in " ".join(said.output.split())
    assert shop.works("DELETE FROM shop.log")


def test_a_group_that_does_not_reach_the_role_is_told(shop: Shop) -> None:
    shop.server.sql("CREATE ROLE loaders")
    said = shop.privileges("grant", "shop", "load.sql", "--to", "loaders")
    assert "-- etl is no member of loaders" in said.output


def test_a_role_that_is_not_there(shop: Shop) -> None:
    said = shop.privileges("held", "shop", "--role", "nobody_here")
    assert (said.code, "there is no role nobody_here" in said.output) == (3, True)


def test_nobody_becomes_more_powerful_than_was_asked_for(shop: Shop) -> None:
    boss = {"SAFECONDUCT_ADMIN_DSN": shop.server.superuser_dsn("sales")}
    sql = "ANALYZE shop.log; CREATE ROLE other; DROP TABLE shop.log"
    said = shop.privileges("grant", "shop", "--sql", sql, "--real", **boss)
    assert "yours to decide" in " ".join(said.output.split())
    assert all(line.startswith(("--", "GRANT ")) for line in said.output.splitlines()), said.output
    assert shop.server.sql("SELECT rolsuper, rolcreaterole FROM pg_roles WHERE rolname = 'etl'") == [(False, False)]
    assert shop.server.sql("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'shop'", database="sales") == [
        ("postgres",)
    ]


def test_what_was_passed_on_is_a_comment(shop: Shop) -> None:
    shop.server.sql(
        "CREATE ROLE friend; GRANT USAGE ON SCHEMA shop TO etl; GRANT SELECT ON shop.log TO etl WITH GRANT OPTION;"
        "SET ROLE etl; GRANT SELECT ON shop.log TO friend",
        database="sales",
    )
    said = shop.privileges("revoke", "shop", "--sql", "SELECT 1 FROM shop.orders")
    assert "\n-- REVOKE SELECT ON TABLE shop.log FROM etl;" in said.output


def test_sql_for_another_database_is_not_judged_here(shop: Shop, dags: Path) -> None:
    other = DAG.split("    stage =")[0]
    other += '    a = SQLExecuteQueryOperator(task_id="a", database="elsewhere", sql="TABLE shop.log")\n'
    (dags / "shop.py").write_text(other)
    said = shop.privileges("missing", "shop", "--dags", "dags")
    assert "sends it to the database elsewhere" in " ".join(said.output.split())
    assert "shop.log" not in said.output


def test_an_empty_folder_is_not_fine(shop: Shop, dags: Path) -> None:
    (dags / "shop.py").unlink()
    assert shop.why("--dags", "dags").code == 3


def test_what_another_connection_of_the_role_needs_is_kept_where_one_is_named(shop: Shop, dags: Path) -> None:
    shop.server.sql("GRANT USAGE ON SCHEMA shop TO etl; GRANT SELECT ON shop.log, shop.orders TO etl", database="sales")
    port = shop.server.port
    other = f"postgres://etl:{PASSWORD}@localhost:{port}/?dbname=sales"  # the same role and database in other words
    two = DAG.split("    stage =")[0]
    for task, conn, table in (("a", "shop", "shop.log"), ("b", "other", "shop.orders")):
        sql = f"TABLE {table}"
        two += f'    {task} = SQLExecuteQueryOperator(task_id="{task}", conn_id="{conn}", sql="{sql}")\n'
    (dags / "shop.py").write_text(two)
    said = shop.privileges("revoke", "shop", "--dags", "dags", AIRFLOW_CONN_OTHER=other)
    assert "nothing is too much" in said.output, said.output
    assert "shop.orders" in shop.privileges("needed", "shop", "--dags", "dags", AIRFLOW_CONN_OTHER=other).output


def test_admin_without_real_is_not_passed_over(shop: Shop) -> None:
    said = shop.privileges("grant", "shop", "load.sql", "--admin", "boss")
    assert (said.code, "--admin is for --shadow local, and for --real" in said.errors) == (2, True)


def test_what_only_somebody_else_can_decide_is_still_missing(shop: Shop) -> None:
    said = shop.privileges("grant", "shop", "--sql", "CREATE ROLE other")
    assert "nothing is missing" not in said.output
    assert said.code == 1


def test_what_the_role_is_and_belongs_to_is_held_as_well(shop: Shop) -> None:
    shop.server.sql(
        "CREATE ROLE outer_one; CREATE ROLE inner_one; GRANT outer_one TO inner_one; GRANT inner_one TO etl;"
        "GRANT pg_execute_server_program TO etl; ALTER ROLE etl CREATEROLE CREATEDB"
    )
    said = shop.privileges("held", "shop")
    for words in (
        "attribute CREATEDB",
        "attribute CREATEROLE",
        "member of inner_one",
        "member of outer_one, through inner_one",
        "member of pg_execute_server_program",
    ):
        assert words in said.output, said.output
    held = shop.privileges("held", "shop", "--format", "json").role["held"]
    assert held["attributes"] == ["CREATEDB", "CREATEROLE"]
    assert ["inner_one", "outer_one"] in [one["through"] for one in held["memberships"]]


def test_what_a_membership_brings_is_listed_all_the_same(shop: Shop) -> None:
    shop.server.sql(
        "CREATE ROLE keeper; GRANT USAGE ON SCHEMA shop TO etl, keeper; ALTER TABLE shop.log OWNER TO keeper",
        database="sales",
    )
    sql = ("--sql", "ALTER TABLE shop.log ADD x int; SELECT at FROM shop.log; TABLE shop.orders")
    said = shop.privileges("needed", "shop", *sql)
    for words in ("role keeper: USAGE", "table shop.log: SELECT (at)", "table shop.orders: SELECT"):
        assert words in said.output, said.output
    assert re.search(r"brings what is needed besides: .*GRANT SELECT \(at\) ON", " ".join(said.output.split()))
    missing = shop.privileges("missing", "shop", *sql)
    assert "table shop.log" not in missing.output
    assert "brings what would else be missing: GRANT SELECT (at) ON TABLE shop.log" in " ".join(missing.output.split())
    grant = shop.privileges("grant", "shop", *sql)
    shop.server.sql("GRANT keeper TO etl")
    shop.server.sql(grant.output, database="sales")
    assert shop.privileges("missing", "shop", *sql).code == 0
    assert "besides" not in shop.privileges("needed", "shop", "--sql", "SELECT at FROM shop.log").output
    assert "\nGRANT SELECT (at)" not in grant.output


def test_a_group_that_is_not_there_is_said(shop: Shop) -> None:
    said = shop.privileges("grant", "shop", "--sql", SELECT, "--to", "nobody_here", "--format", "json")
    assert said.role["unjudged"][0]["reason"] == "there is no role nobody_here, so that nothing can be granted to it"
    shop.server.sql("GRANT USAGE ON SCHEMA shop TO etl; GRANT SELECT ON shop.log TO etl", database="sales")
    assert shop.privileges("grant", "shop", "--sql", SELECT, "--to", "nobody_here").code == 3


@pytest.mark.parametrize("more", [(), ("load.sql",), ("--sql", SELECT)])
def test_a_file_in_the_place_of_the_connection_is_told(shop: Shop, more: tuple[str, ...]) -> None:
    said = shop.privileges("missing", "load.sql", *more)
    assert said.code == 2
    assert "privileges missing CONN_ID load.sql" in " ".join(said.errors.split())


def test_a_connection_may_be_called_like_a_file(shop: Shop) -> None:
    (shop.folder / "shop").write_text(SELECT)
    assert shop.privileges("needed", "shop", "load.sql").code == 0


def test_a_connection_of_which_nothing_is_known_has_no_brackets(shop: Shop) -> None:
    said = shop.privileges("grant", "nowhere", "load.sql")
    assert said.code == 1
    assert said.output.startswith("-- nowhere: ")
