"""A value that is not known becomes a placeholder where a value stands, and a reason everywhere else."""

from __future__ import annotations

import pytest

from safeconduct.airflow.dags.holes import Hole, Holes
from safeconduct.airflow.dags.places import Filled, fill

VALUES = [
    "SELECT a FROM t WHERE b = @",
    "SELECT a FROM t WHERE b > @ AND c BETWEEN @ AND @",
    "SELECT a FROM t WHERE b IN (@, @)",
    "SELECT a FROM t WHERE b IN @",
    "INSERT INTO t (a, b) VALUES (@, @), (1, @)",
    "SELECT '@' FROM t LIMIT @ OFFSET @",
    "SELECT a FROM t WHERE d > now() - interval @",
    "UPDATE t SET a = @, b = @ WHERE c = ANY(@)",
    "SELECT '@'::date",
    "SELECT a FROM t -- @",
    "SELECT a /* @ */ FROM t",
    "COPY t FROM '/data/@.csv'",
    "SELECT ARRAY[@, 2]",
    "SELECT e'it\\'s' FROM t WHERE b = @ AND c BETWEEN d AND @",
    "SELECT a FROM t WHERE e BETWEEN @ AND @ -- '",
]
NAMES = [
    "@",
    "SELECT @ FROM t",
    "SELECT a FROM @",
    "SELECT a FROM s.@",
    "SELECT a FROM @.t",
    "SELECT a FROM t_@",
    'SELECT a FROM "@"',
    "INSERT INTO t (@) VALUES (1)",
    "SELECT a FROM t WHERE @",
    "SELECT a FROM t WHERE b = 1 AND @",
    "SELECT a FROM t ORDER BY @",
    "SELECT count(@) FROM t",
    "SELECT @(1)",
    "SELECT nextval('@')",
    "SELECT '@'::regclass",
    "SET search_path TO '@'",
    "SELECT 1; SET LOCAL ROLE '@'",
    "GRANT SELECT ON t TO @",
    "TRUNCATE @",
    "SELECT 1 LIMIT 1 @",
    "DO $$ BEGIN EXECUTE '@'; END $$",
    "CREATE INDEX ON t (@)",
    "SELECT a FROM t WHERE b BETWEEN c AND d AND @",
]


def filled(sql: str, hole: Hole) -> Filled:
    holes = Holes()
    return fill(sql.replace("@", holes.mark(hole)), holes)


@pytest.mark.parametrize("sql", VALUES)
def test_a_value_becomes_a_placeholder(sql: str) -> None:
    found = filled(sql, Hole("params.x (now)", "why"))
    assert found.hole is None, found.reason
    assert found.text.replace("%(params.x_now)s", "@").replace("@", "") == sql.replace("@", "")


@pytest.mark.parametrize("sql", NAMES)
def test_a_name_cannot_be_filled(sql: str) -> None:
    hole = Hole("params.x", "why")
    found = filled(sql, hole)
    assert found.hole == hole
    assert found.reason


@pytest.mark.parametrize("sql", [*VALUES, *NAMES])
def test_a_default_stands_anywhere_and_is_told(sql: str) -> None:
    found = filled(sql, Hole("x", "it may be set", default="dflt"))
    assert found.text == sql.replace("@", "dflt")
    assert found.assumptions == ["x is taken to be 'dflt', its default: it may be set."]


def test_a_default_may_hold_what_is_unknown() -> None:
    holes = Holes()
    unknown = holes.mark(Hole("ds", "why"))
    part = holes.mark(Hole("x", "it may be set", default=f"'{unknown}'"))
    assert fill(f"SELECT a FROM t WHERE b = {part} AND c = {unknown}", holes).text == (
        "SELECT a FROM t WHERE b = '' AND c = %(ds)s"
    )


def test_lines_stay_where_they_are() -> None:
    hole = Hole("x", "why", newlines=2)
    assert filled("SELECT a\nFROM t WHERE b = @ AND c = '@'", hole).text.count("\n") == 5


def test_a_date_within_quotes_is_a_date() -> None:
    hole = Hole("ds", "why", sample="2000-01-01")
    assert filled("SELECT '@', date_trunc('day', @)", hole).text == "SELECT '2000-01-01', date_trunc('day', %(ds)s)"
