"""Columns that do not exist: the statement never runs, so no grant is proposed for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from safeconduct.privileges import parse_sql, parse_table
from tests.privileges.stand import said_first

if TYPE_CHECKING:
    from tests.privileges.stand import Stand

SETUP = """
CREATE SCHEMA sales; GRANT USAGE ON SCHEMA sales TO etl;
CREATE TABLE sales.orders (id int PRIMARY KEY, amount int, "Note" text);
CREATE TABLE sales.customers (id int, name text);
CREATE FUNCTION sales.label(sales.orders) RETURNS text LANGUAGE sql AS 'SELECT $1."Note"';
"""
MISSING = [
    ("SELECT nope FROM sales.orders", "sales.orders has no column nope"),
    ("SELECT amuont FROM sales.orders", "sales.orders has no column amuont"),
    ("SELECT note FROM sales.orders", "sales.orders has no column note"),
    ("SELECT o.nope FROM sales.orders o", "sales.orders has no column nope"),
    ("SELECT sales.orders.nope FROM sales.orders", "sales.orders has no column nope"),
    ("SELECT nope FROM sales.orders, sales.customers", "none of sales.orders, sales.customers has a column nope"),
    ("SELECT id FROM sales.orders WHERE amount = nope", "sales.orders has no column nope"),
    ("SELECT id FROM sales.orders ORDER BY nope", "sales.orders has no column nope"),
    ("SELECT count(*) FROM sales.orders GROUP BY nope", "sales.orders has no column nope"),
    ("SELECT s.nope FROM (SELECT id FROM sales.orders) s", "s has no column nope"),
    ("WITH w AS (SELECT id FROM sales.orders) SELECT amount FROM w", "w has no column amount"),
    ("SELECT name FROM sales.orders JOIN sales.customers USING (amount)", "sales.customers has no column amount"),
    ("SELECT nope", "nope is no column: nothing that has columns is named"),
    ("INSERT INTO sales.orders (id, nope) VALUES (1, 2)", "sales.orders has no column nope"),
    ("INSERT INTO sales.orders VALUES (1) ON CONFLICT (nope) DO NOTHING", "sales.orders has no column nope"),
    ("INSERT INTO sales.orders VALUES (1) RETURNING nope", "sales.orders has no column nope"),
    ("UPDATE sales.orders SET nope = 1", "sales.orders has no column nope"),
    ("UPDATE sales.orders SET amount = 1 WHERE nope = 1", "sales.orders has no column nope"),
    ("DELETE FROM sales.orders WHERE nope = 1", "sales.orders has no column nope"),
    ("COPY sales.orders (id, nope) TO STDOUT", "sales.orders has no column nope"),
    ('SELECT "ID x" FROM sales.orders', 'sales.orders has no column "ID x"'),
]


def test_a_column_of_sql_that_is_not_there(any_stand: Stand) -> None:
    any_stand.sql(SETUP)
    for statement, message in MISSING:
        judgement = any_stand.judge([parse_sql(statement)])
        assert [finding.message for finding in judgement.findings] == [message], statement
        assert judgement.findings[0].rule == "privileges.column.missing"
        assert any_stand.attempt(statement) == said_first(judgement) == "42703", statement
        assert "can only be told" in judgement.unjudged[0].reason
        assert not judgement.missing


@pytest.mark.parametrize(
    ("statement", "possible"),
    [
        ("SELECT amuont FROM sales.orders", "amount was meant"),
        ("SELECT note FROM sales.orders", '"Note" was meant'),
        (
            'SELECT id FROM sales.orders WHERE "Note" = "x y"',
            "a text was meant, which stands in single quotes: 'x y'",
        ),
    ],
)
def test_what_was_meant_by_it(stand: Stand, statement: str, possible: str) -> None:
    stand.sql(SETUP)
    (finding,) = stand.judge([parse_sql(statement)]).findings
    assert finding.possible[0] == possible
    assert finding.evidence["columns"] == 'id, amount, "Note"'


def test_the_schema_is_needed_all_the_same(any_stand: Stand) -> None:
    any_stand.sql(SETUP + "REVOKE USAGE ON SCHEMA sales FROM etl")
    judgement = any_stand.judge([parse_sql("SELECT nope FROM sales.orders")])
    assert [finding.rule.removeprefix("privileges.") for finding in judgement.findings] == [
        "schema.usage-missing",
        "column.missing",
    ]
    assert any_stand.attempt("SELECT nope FROM sales.orders") == said_first(judgement) == "42501"
    assert "sqlstate" not in judgement.findings[1].evidence


def test_other_statements_are_judged_all_the_same(stand: Stand) -> None:
    stand.sql(SETUP)
    judgement = stand.judge([parse_sql("SELECT nope FROM sales.orders; DELETE FROM sales.customers")])
    assert [finding.message for finding in judgement.findings] == [
        "sales.orders has no column nope",
        "etl lacks DELETE on sales.customers",
    ]


def test_a_call_that_looks_like_a_column(any_stand: Stand) -> None:
    any_stand.sql(SETUP + "GRANT SELECT ON sales.orders TO etl; ALTER ROLE etl SET search_path = sales")
    statement = "SELECT o.label, o.row_to_json FROM orders o"
    judgement = any_stand.judge([parse_sql(statement)])
    assert not judgement.findings
    assert "o.label is no column, and may call the function sales.label" in judgement.unjudged[1].reason
    assert any_stand.attempt(statement) is None


def test_results_whose_columns_are_not_known(stand: Stand) -> None:
    stand.sql(SETUP + "CREATE TYPE sales.address AS (city text); CREATE TABLE sales.people (home sales.address);")
    stand.sql("GRANT SELECT ON sales.people TO etl")
    for statement in (
        "SELECT (home).* FROM sales.people ORDER BY city",
        "SELECT (home).*, 1 AS x FROM sales.people ORDER BY x",
        "SELECT (home).*, count(*) AS n FROM sales.people GROUP BY city, home",
    ):
        assert not stand.judge([parse_sql(statement)]).findings, statement
        assert stand.attempt(statement) is None or "GROUP" in statement, statement


def test_columns_in_messages_are_quoted(stand: Stand) -> None:
    stand.sql('CREATE SCHEMA "Odd Schema"; CREATE TABLE "Odd Schema"."Mixed Case" ("Id" serial, x int)')
    judgement = stand.judge([parse_sql('INSERT INTO "Odd Schema"."Mixed Case" (x) VALUES (1)')])
    assert judgement.findings[2].evidence["because"].startswith('"Odd Schema"."Mixed Case"."Id" is left to its default')
    stand.apply_first_remedies(judgement)
    (finding,) = stand.judge([parse_table('"Odd Schema"."Mixed Case":SELECT("ID")')]).findings
    assert finding.message == '"Odd Schema"."Mixed Case" has no column "ID"'
    assert finding.possible == ('"Id" was meant',)
