"""Every name that is written with a schema needs USAGE on it, and schemas that do not exist are said to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from safeconduct.privileges import parse_sql, parse_table
from tests.privileges.stand import prove, said_first

if TYPE_CHECKING:
    from tests.privileges.stand import Stand

SALES = """
CREATE SCHEMA sales; CREATE TABLE sales.orders (id int); CREATE TYPE sales.mood AS ENUM ('good');
CREATE FUNCTION sales.f(int) RETURNS int LANGUAGE sql AS 'SELECT $1';
CREATE OPERATOR sales.+ (LEFTARG = int, RIGHTARG = int, FUNCTION = int4pl); CREATE SEQUENCE sales.s;
CREATE COLLATION sales.c FROM "C"; CREATE VIEW sales.v AS SELECT 1 AS x;
"""
NAMED = [
    ("SELECT NULL::sales.mood", "the type sales.mood is in it"),
    ("SELECT NULL::sales.mood[]", "the type sales.mood"),
    ("SELECT CAST('good' AS sales.mood)", "the type sales.mood"),
    ("SELECT a FROM json_to_record('{}') AS r (a sales.mood)", "the type sales.mood"),
    ("SELECT sales.f(1)", "the function sales.f"),
    ("SELECT x FROM sales.f(1) x", "the function sales.f"),
    ("SELECT 1 OPERATOR(sales.+) 2", "the operator sales.+"),
    ("SELECT 'x' COLLATE sales.c", "the collation sales.c"),
    ("SELECT x FROM (VALUES (1)) v (x) ORDER BY 'a' COLLATE sales.c", "the collation sales.c"),
    ("SELECT 'sales.orders'::regclass", "sales.orders is in it"),
    ("SELECT pg_relation_size('sales.orders')", "sales.orders is in it"),
    ("SELECT pg_get_viewdef('sales.v')", "sales.v is in it"),
    ("SELECT 'sales.mood'::regtype", "the type sales.mood"),
    ("SELECT 'sales.f(int)'::regprocedure", "the function sales.f"),
    ("SELECT currval('sales.s'::regclass) WHERE false", "sales.s is in it"),
]
"""What is named, and how the need of USAGE is explained."""


def test_the_schema_of_every_name_is_needed(any_stand: Stand) -> None:
    any_stand.sql(SALES + "GRANT USAGE ON SEQUENCE sales.s TO etl")
    for statement, because in NAMED:
        any_stand.sql("REVOKE USAGE ON SCHEMA sales FROM etl")
        judgement = prove(any_stand, [parse_sql(statement)], statement)
        (finding,) = judgement.findings
        assert finding.rule == "privileges.schema.usage-missing", statement
        assert because.removesuffix(" is in it") in finding.evidence["because"], statement


def test_types_of_a_new_table(any_stand: Stand) -> None:
    any_stand.sql(SALES + "GRANT USAGE, CREATE ON SCHEMA public TO etl")
    for statement in (
        "CREATE TABLE fresh (m sales.mood)",
        "CREATE TABLE fresh (m text COLLATE sales.c)",
        "CREATE TABLE fresh (m int DEFAULT sales.f(1))",
    ):
        any_stand.sql("REVOKE USAGE ON SCHEMA sales FROM etl")
        judgement = prove(any_stand, [parse_sql(statement)], statement)
        assert [finding.rule for finding in judgement.findings] == ["privileges.schema.usage-missing"]
        assert not judgement.unjudged


def test_a_schema_that_is_listed_twice_is_one_finding(stand: Stand) -> None:
    stand.sql(SALES)
    statement = "SELECT sales.f(1), NULL::sales.mood FROM sales.orders"
    judgement = prove(stand, [parse_sql(statement)], statement)
    assert [finding.rule.removeprefix("privileges.") for finding in judgement.findings] == [
        "schema.usage-missing",
        "column.privilege-missing",
    ]


def test_nothing_is_needed_for_names_without_a_schema(stand: Stand) -> None:
    statement = "SELECT NULL::int4, pg_catalog.now(), 1 OPERATOR(pg_catalog.+) 2, 'pg_class'::regclass, '1'::regclass"
    judgement = prove(stand, [parse_sql(statement)], statement)
    assert (judgement.findings, judgement.unjudged) == ((), ())


LOST = [
    "SELECT NULL::slaes.mood",
    "SELECT slaes.f(1)",
    "SELECT 'x' COLLATE slaes.c",
    "SELECT 'slaes.orders'::regclass",
    "SELECT nextval('slaes.s')",
    "SELECT id FROM slaes.orders",
    "INSERT INTO slaes.orders VALUES (1)",
    "DELETE FROM slaes.orders",
    "COPY slaes.orders TO STDOUT",
    "TRUNCATE slaes.orders",
    "LOCK TABLE slaes.orders",
]


def test_a_schema_that_does_not_exist(any_stand: Stand) -> None:
    any_stand.sql(SALES + "GRANT USAGE ON SCHEMA sales TO etl")
    for statement in LOST:
        judgement = any_stand.judge([parse_sql(statement)])
        (finding,) = judgement.findings
        assert finding.rule == "privileges.schema.missing", statement
        assert finding.message == "schema slaes does not exist in database postgres"
        assert any("sales" in cause for cause in finding.possible), statement
        assert any_stand.attempt(statement) == said_first(judgement), statement


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("slaes.orders:SELECT", "sales.orders was meant"),
        ("slaes.nope:SELECT", "schema sales was meant"),
        ("Sales2.orders:SELECT", "sales.orders was meant"),
        ('"SALES".nope:SELECT', "schema sales was meant"),
    ],
)
def test_what_was_meant_by_it(stand: Stand, text: str, near: str) -> None:
    stand.sql(SALES)
    (finding,) = stand.judge([parse_table(text)]).findings
    assert finding.rule == "privileges.schema.missing"
    assert finding.evidence["sqlstate"] == "42P01"
    assert finding.possible[0] == near


def test_a_missing_table_behind_a_closed_schema(any_stand: Stand) -> None:
    any_stand.sql(SALES)
    judgement = any_stand.judge([parse_table("sales.nope:SELECT")])
    closed, absent = judgement.findings
    assert any_stand.attempt("SELECT FROM sales.nope") == closed.evidence["sqlstate"] == "42501"
    assert closed.rule == "privileges.schema.usage-missing"
    assert closed.evidence["because"] == "sales.nope is looked for in it"
    assert absent.rule == "privileges.relation.missing"
    assert "sqlstate" not in absent.evidence
    any_stand.sql(closed.remedies[0].text)
    (absent,) = any_stand.judge([parse_table("sales.nope:SELECT")]).findings
    assert any_stand.attempt("SELECT FROM sales.nope") == absent.evidence["sqlstate"] == "42P01"
