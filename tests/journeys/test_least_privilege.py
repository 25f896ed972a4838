"""A role with nothing and a file of statements: what is needed, granted, enough; then what is too much."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

import safeconduct

if TYPE_CHECKING:
    from tests.servers.postgres import Postgres

DOCS = Path(__file__).parents[2] / "docs"
SCHEMAS = {
    name: json.loads((DOCS / name).read_text("utf-8")) for name in ("privileges.schema.json", "report.schema.json")
}
VALIDATOR = Draft202012Validator(
    SCHEMAS["privileges.schema.json"],
    registry=Registry().with_resources((name, Resource.from_contents(one)) for name, one in SCHEMAS.items()),
)
PASSWORD = "Least-Privilege-9"
TABLES = """
CREATE SCHEMA shop; CREATE TABLE shop.orders (id serial PRIMARY KEY, total int, note text);
CREATE TABLE shop.log (at timestamptz, what text);
"""
LOAD = "INSERT INTO shop.orders (total) VALUES (%(total)s) RETURNING id;\n\nSELECT at FROM shop.log;\n"


@dataclass(frozen=True)
class Said:
    code: int
    output: str
    errors: str

    @property
    def report(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.output)
        return found

    @property
    def role(self) -> dict[str, Any]:
        document = json.loads(self.output)
        VALIDATOR.validate(document)
        found: dict[str, Any] = document["roles"][0]
        return found


@dataclass(frozen=True)
class Shop:
    server: Postgres
    folder: Path

    def privileges(self, verb: str, *arguments: str, stdin: str = "", **environment: str) -> Said:
        return self._run(["privileges", verb, *arguments], stdin, environment)

    def why(self, *arguments: str) -> Said:
        return self._run(["why", *arguments], "", {})

    def _run(self, arguments: list[str], stdin: str, more: dict[str, str]) -> Said:
        environment = {
            **os.environ,
            "PYTHONPATH": str(Path(safeconduct.__file__).parents[1]),
            "AIRFLOW_HOME": str(self.folder),
            "AIRFLOW_CONN_SHOP": f"postgres://etl:{PASSWORD}@127.0.0.1:{self.server.port}/sales",
            **more,
        }
        command = [sys.executable, "-m", "safeconduct", *arguments]
        done = subprocess.run(
            command, env=environment, cwd=self.folder, input=stdin, capture_output=True, text=True, check=False
        )
        assert "Traceback" not in done.stderr
        assert PASSWORD not in done.stdout + done.stderr
        return Said(done.returncode, done.stdout, done.stderr)

    def works(self, statement: str) -> bool:
        with self.server.login("etl", PASSWORD, database="sales") as session:
            try:
                session.execute(statement.encode())
            except psycopg.errors.InsufficientPrivilege:
                return False
            finally:
                session.rollback()
        return True


@pytest.fixture
def shop(postgres: Postgres, tmp_path: Path) -> Shop:
    postgres.create_role("etl", PASSWORD)
    postgres.create_database("sales")
    postgres.sql(TABLES, database="sales")
    (tmp_path / "load.sql").write_text(LOAD)
    return Shop(postgres, tmp_path)


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
        (("missing", "shop", "-"), "SELECT 1;\nSELEC", "standard input: line 2, column 1: syntax error"),
        (("missing", "shop", "-"), "", "standard input: there is no statement in it"),
    ],
)
def test_bad_input_is_one_sentence(shop: Shop, arguments: tuple[str, ...], text: str, words: str) -> None:
    said = shop.privileges(*arguments, stdin=text)
    assert said.code == 2
    assert words in said.errors


def test_a_file_that_is_no_text(shop: Shop) -> None:
    (shop.folder / "load.sql").write_bytes(b"SELECT '\xff'")
    said = shop.privileges("missing", "shop", "load.sql")
    assert (said.code, "load.sql is not UTF-8 text: byte 9 is 0xff" in said.errors) == (2, True)


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

    (dags / "shop.py").write_text(DAG.replace("INSERT INTO shop.orders (total) VALUES (%(total)s)", "SELECT 1"))
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
