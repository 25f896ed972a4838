"""What cannot be read of the input is said with its place, and the rest is judged all the same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.journeys.shop import Said, Shop

READS = "SELECT at FROM shop.log;\n"
WRITES = "INSERT INTO shop.orders (total) VALUES (1);\n"


def words_of(said: Said) -> str:
    return " ".join(said.output.split())


@pytest.mark.parametrize(
    ("between", "place", "why"),
    [
        ("SELEC 1 FROM shop.orders;\n", "2:1", 'syntax error at or near "SELEC"'),
        (
            "  SELECT `id`, `note` FROM `shop`.`orders`;\n",
            "2:14",
            """syntax error at or near "," (backticks are MySQL's: in PostgreSQL names stand in double quotes)""",
        ),
        ("\0;\n", "2:1", "a NUL character, which PostgreSQL cannot hold"),
        ("SELECT 1,\n '\udcff';\n", "3:3", "a byte that is not UTF-8"),
        ("\\set n 1\n", "2:1", "a command of psql's own is no SQL"),
        ("SELECT (1;\n", "2:10", "syntax error at end of input"),
    ],
)
def test_one_mistake_leaves_the_other_statements(shop: Shop, between: str, place: str, why: str) -> None:
    (shop.folder / "bad.sql").write_text(READS + between + WRITES, "utf-8", errors="surrogateescape")
    said = shop.privileges("needed", "shop", "bad.sql", "load.sql")
    assert said.code == 3
    assert f"? bad.sql:{place}: could not be judged: {why}; this statement" in words_of(said)
    for table in ("table shop.log: SELECT (at)", "table shop.orders: SELECT (id), INSERT (total)"):
        assert table in said.output, said.output
    document = json.loads(shop.privileges("missing", "shop", "bad.sql", "--format", "json").output)
    (unjudged,) = document["report"]["unjudged"]
    assert unjudged["subject"] == f"bad.sql:{place}"
    wanted = {(one["name"], one["column"]) for one in document["roles"][0]["missing"]}
    assert {("log", "at"), ("orders", "total")} <= wanted


@pytest.mark.parametrize("text", ["", "-- nothing", "SELEC 1"])
def test_nothing_in_a_text_is_not_fine(shop: Shop, text: str) -> None:
    said = shop.privileges("missing", "shop", "-", stdin=text)
    assert said.code == 3
    assert "? standard input:1:1: could not be judged: " in said.output
    assert shop.privileges("missing", "shop", "-", "load.sql", stdin=text).code == 1


def test_an_open_quote_spoils_what_follows_it(shop: Shop) -> None:
    text = (
        f"{READS}INSERT INTO shop.orders (note) VALUES ('it's; x');\n{WRITES}SELECT ';', 'x; DROP TABLE shop.log; ';\n"
    )
    said = shop.privileges("needed", "shop", "-", stdin=text)
    assert said.code == 3
    assert "? standard input:2:44: " in said.output
    assert "a quote is left open" in words_of(said)
    assert "table shop.log: SELECT (at)\n" in said.output
    assert "shop.orders:" not in said.output
    assert "owner" not in said.output


def test_who_judges_what_follows_may_have_been_changed(shop: Shop) -> None:
    said = shop.privileges("needed", "shop", "-", stdin=f"{READS}SET ROLE TO ;\n{WRITES}")
    assert said.code == 3
    assert "nor are those after it: it may decide by which role" in words_of(said)
    assert "shop.orders" not in said.output


@pytest.mark.parametrize("engine", [[], ["--live", "--engine", "server"]])
def test_what_a_broken_statement_may_make_is_not_said_to_be_missing(shop: Shop, engine: list[str]) -> None:
    (shop.folder / "make.sql").write_text(
        "CREATE TABLE shop.staging (id int,,);\nALTER TABLE shop.log ADD level int x;\n"
    )
    (shop.folder / "use.sql").write_text("\nSELECT id FROM shop.staging;\nSELECT level FROM shop.log;\n")
    shop.server.sql("GRANT USAGE ON SCHEMA shop TO etl; GRANT SELECT ON shop.log TO etl", database="sales")
    said = shop.privileges("missing", "shop", "make.sql", "use.sql", *engine)
    assert said.code == 3, said.output
    assert "unless the statement that cannot be read (make.sql:1) makes it" in words_of(said)
    assert "unless the statement that cannot be read (make.sql:2) makes it" in words_of(said)
    (shop.folder / "make.sql").write_text("INSERT INTO shop.staging VALUES (1,,);\n")
    assert shop.privileges("missing", "shop", "make.sql", "use.sql", *engine).code == 1


def test_nothing_is_taken_away_while_a_statement_cannot_be_read(shop: Shop) -> None:
    shop.server.sql("GRANT USAGE ON SCHEMA shop TO etl; GRANT SELECT ON shop.log TO etl", database="sales")
    boss = {"SAFECONDUCT_ADMIN_DSN": shop.server.superuser_dsn("sales")}
    sql = ("--sql", "SELECT 1; SELECT at FORM shop.log x")
    assert "\n-- REVOKE SELECT ON TABLE shop.log FROM etl;" in shop.privileges("revoke", "shop", *sql).output
    assert "nothing was changed" in words_of(shop.privileges("revoke", "shop", *sql, "--real", **boss))
    assert shop.works("TABLE shop.log")


def test_why_judges_the_rest_as_well(shop: Shop) -> None:
    said = shop.why("shop", "--sql", "SELECT `x`; SELECT at FROM shop.log")
    assert said.code == 1
    assert "--sql:1:" in said.output
    assert "GRANT SELECT (at) ON TABLE shop.log TO etl;" in said.output


def test_why_does_not_say_that_all_is_allowed(shop: Shop) -> None:
    shop.server.sql("GRANT USAGE ON SCHEMA shop TO etl; GRANT SELECT ON shop.log TO etl", database="sales")
    said = shop.why("shop", "--sql", "SELEC; SELECT at FROM shop.log")
    assert said.code == 3
    assert "etl has all that was asked for" not in words_of(said)
    assert "not all can be read" in words_of(said)


def test_a_snapshot_judges_the_rest_as_well(shop: Shop) -> None:
    assert shop.privileges("snapshot", "shop", "-o", "shop.json").code == 0
    said = shop.privileges("needed", "--snapshot", "shop.json", "-", stdin=f"SELEC;{READS}")
    assert said.code == 3
    assert "? standard input:1:1: " in said.output
    assert "table shop.log: SELECT (at)" in said.output


def test_what_a_dag_sends_is_judged_but_for_what_cannot_be_read(shop: Shop) -> None:
    (shop.folder / "dags").mkdir()
    (shop.folder / "dags" / "shop.py").write_text(
        "from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator\n"
        f'SQLExecuteQueryOperator(task_id="a", conn_id="shop", sql="""SELEC 1;\n{READS}""")\n'
    )
    said = shop.privileges("needed", "--dags", "dags")
    assert said.code == 3
    assert "shop.py:2: line 1, column 1: syntax error" in words_of(said)
    assert "table shop.log: SELECT (at)" in said.output
