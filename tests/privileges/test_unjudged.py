"""What this engine cannot tell is said with its reason, never left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from safeconduct.privileges import parse_sql
from tests.privileges.stand import prove

if TYPE_CHECKING:
    from tests.privileges.stand import Stand

SETUP = """
GRANT USAGE ON SCHEMA public TO etl;
CREATE TABLE orders (id int, amount int);
GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON orders TO etl;
CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql AS 'SELECT $1 * 2';
CREATE FUNCTION either(int) RETURNS int LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION either(text) RETURNS text LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION dynamic() RETURNS void LANGUAGE plpgsql AS '
BEGIN
    EXECUTE concat($x$SELECT $x$, random());
END';
CREATE FUNCTION clears(name text) RETURNS void LANGUAGE plpgsql AS '
BEGIN
    EXECUTE $x$DELETE FROM $x$ || name;
END';
CREATE FUNCTION renames(name text) RETURNS void LANGUAGE plpgsql AS '
BEGIN
    name := lower(name) || length(name);
    EXECUTE $x$DELETE FROM $x$ || name;
END';
CREATE FUNCTION becomes(i int) RETURNS void LANGUAGE plpgsql AS 'BEGIN EXECUTE format($x$SET ROLE %L$x$, i); END';
CREATE FUNCTION broken() RETURNS void LANGUAGE plpgsql AS 'BEGIN DELETE FROM absent; END';
"""


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        (
            "/* now */ CREATE TRANSFORM FOR int LANGUAGE sql (FROM SQL WITH FUNCTION twice)",
            "CREATE TRANSFORM: this kind",
        ),
        (
            "DO $$ BEGIN EXECUTE 'DROP TABLE ' || current_user; END $$",
            "EXECUTE in line 1 of DO runs SQL that is made at run",
        ),
        ("SELECT dynamic()", "EXECUTE in line 3 of public.dynamic() runs SQL that is made at run time"),
        ("SELECT clears(%s)", "EXECUTE in line 3 of public.clears(text) runs SQL that is made at run time"),
        ("SELECT renames('orders')", "EXECUTE in line 4 of public.renames(text) runs SQL that is made at run time"),
        ("SELECT becomes(1)", "EXECUTE in line 1 of public.becomes(integer) runs SQL that is made at run time"),
        ("SELECT broken()", "in public.broken(): absent is not found"),
        ("SELECT nope(1)", "no function nope is found"),
        (
            "SELECT either(id) FROM orders",
            "which of public.either(integer), public.either(text) is called cannot be told",
        ),
        ("SELECT query_to_xml('SELECT 1', true, true, '')", "query_to_xml reads or changes what its arguments say"),
        ("SELECT lo_get(id::oid) FROM orders", "lo_get is called on a large object that is only known when it runs"),
        ("SELECT nextval('s' || id) FROM orders", "only known when it runs"),
        ("SELECT nextval(%s)", "only known when it runs"),
        ("SET search_path = %s; SELECT * FROM orders", "what is only known when it runs"),
        ("EXECUTE earlier", "EXECUTE: what was prepared as earlier is not known"),
        (
            "SELECT lo_unlink(id::oid) FROM orders",
            "lo_unlink is called on a large object that is only known when it runs",
        ),
        ("SELECT brin_summarize_range(id, 0) FROM orders", "is called on an index that is only known when it runs"),
        ("DROP CAST IF EXISTS (int AS bytea)", "whether there is such a cast is not judged"),
        ("DROP TRANSFORM FOR int LANGUAGE sql", "DROP TRANSFORM: this kind of object is not judged"),
        ('SELECT "O x"."Id" FROM orders', '"O x"."Id" is no column of the relations'),
        ("SELECT x.* FROM orders", "x.* is no column of the relations"),
        ('SELECT public."Twice"(1)', 'no function public."Twice" is found'),
        ("SELECT " + "+".join(["id"] * 60) + " FROM orders", "nested deeper"),
    ],
)
def test_the_reason_is_given(stand: Stand, statement: str, reason: str) -> None:
    stand.sql(SETUP)
    judgement = stand.judge([parse_sql(statement)])
    assert not judgement.findings
    assert [said.subject for said in judgement.unjudged] == ["warehouse"]
    assert reason in judgement.unjudged[0].reason


@pytest.mark.parametrize(
    "statement",
    [
        "BEGIN; SELECT id FROM orders; COMMIT",
        "SET statement_timeout = 0; SET TIME ZONE 'UTC'; SHOW work_mem; RESET statement_timeout",
        "SELECT twice(id) FROM orders",
        "SELECT clears('orders')",
        "SELECT either('x'), either(1)",
        "SELECT lower('X'), now(), count(*), extract(day FROM now()), substring('x' FROM 1) FROM orders",
        "PREPARE p AS SELECT id FROM orders WHERE id = $1",
    ],
)
def test_what_needs_no_reason(stand: Stand, statement: str) -> None:
    stand.sql(SETUP)
    assert prove(stand, [parse_sql(statement)], statement).unjudged == ()


def test_a_function_closed_to_the_role(stand: Stand) -> None:
    stand.sql("REVOKE EXECUTE ON FUNCTION lower(text) FROM PUBLIC")
    try:
        judgement = stand.judge([parse_sql("SELECT lower('X')")])
    finally:
        stand.sql("GRANT EXECUTE ON FUNCTION lower(text) TO PUBLIC")
    (finding,) = judgement.findings
    assert finding.rule == "privileges.function.execute-missing"
    assert finding.remedies[0].text == "GRANT EXECUTE ON FUNCTION pg_catalog.lower(text) TO etl;"
