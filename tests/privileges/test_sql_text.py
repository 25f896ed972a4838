"""SQL is read with a driver's placeholders in it, and a mistake is named with its line and column."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeconduct.privileges import WrongText, parse_sql
from safeconduct.privileges.placeholders import readable


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT %s",
        "SELECT * FROM t WHERE a = %(größe)s AND b = :b AND c = $1 AND d::text = :d",
        "SELECT * FROM t WHERE a IN %s AND b in %(ids)s AND c IN\n%s",
        "SELECT * FROM t WHERE created > now() - INTERVAL %s LIMIT %(limit)s",
        "SELECT a %% 2, a[1:2], 'it''s :x %s', E'\\'%s', $$ %s $$, $t$ :x $t$, \"%s\" FROM t -- %s\n/* :x */",
        "INSERT INTO t VALUES (%s, %s), (%s, DEFAULT)",
        "SELECT 1;; SELECT 2;",
    ],
)
def test_placeholders(sql: str) -> None:
    assert parse_sql(sql).statements


def test_strings_and_comments_stay() -> None:
    opaque = "SELECT ':x', $a$ %s $a$, \"%(x)s\" -- :x\n/* %s */"
    assert readable(opaque) == opaque


@pytest.mark.parametrize(
    ("sql", "complaint"),
    [
        ("SELECT 1;\n  SELEC 2", 'line 2, column 3: syntax error at or near "SELEC"'),
        ("SELECT %(größe)s FRM t x y", 'line 1, column 22: syntax error at or near "t"'),
        ("SELECT 'ü' FROM t WHERE", "line 1, column 23: syntax error at end of input"),
        ("SELECT * FROM {{ table }}", "a Jinja template must be rendered first"),
        ("", "there is no statement in it"),
        ("-- nothing", "there is no statement in it"),
        ("SELECT 1\n\0", "line 2, column 1: a NUL character"),
        ("SELECT '\udcff'", "line 1, column 9: a byte that is not UTF-8"),
        ("SELECT 'open", "unterminated quoted string"),
    ],
)
def test_mistakes(sql: str, complaint: str) -> None:
    with pytest.raises(WrongText) as wrong:
        parse_sql(sql)
    assert complaint in str(wrong.value)
    assert "--sql" in str(wrong.value)


def test_a_literal_is_not_repeated() -> None:
    for sql in (
        "ALTER ROLE x PASSWORD hunter2",
        "ALTER ROLE x PASSWORD = hunter2 LOGIN",
        "ALTER ROLE x PASSWORD two hunter2",
        "ALTER ROLE x PASSWORD 'it's hunter2'",
        "ALTER ROLE x PASSWORD 'it'hunter2'",
        'CREATE USER x PASSWORD "hunter2',
        "CREATE USER x ENCRYPTED PASSWORD 5hunter2",
        "ALTER ROLE x PASSWORD 'hunter2' 'hunter3'",
        "SELECT 'hunter2",
        "SELECT $$hunter2",
        "x E'hunter2'",
    ):
        with pytest.raises(WrongText) as wrong:
            parse_sql(sql)
        assert "hunter" not in str(wrong.value)


def test_a_column_called_password_hides_no_mistake() -> None:
    with pytest.raises(WrongText, match='at or near "t"'):
        parse_sql("SELECT password FORM t x y")


@pytest.mark.parametrize("sql", ["SELECT " + "+".join("a" * 60), "SELECT " + "+".join("a" * 60_000)])
def test_what_the_parser_cannot_hold_is_said(sql: str) -> None:
    ask = parse_sql(sql)
    assert not ask.statements
    assert ask.unread


def test_long_lists_are_no_depth() -> None:
    sql = "INSERT INTO t VALUES " + ", ".join(["(1, 'x', NULL)"] * 5000)
    assert parse_sql(sql).statements


def test_hostile_texts_take_no_time() -> None:
    for piece in ("/*", "'", "$a$b", "%(", "in ", "--", '"', ":x", "(", "E'\\"):
        readable(piece * 50_000)


@given(st.text(st.sampled_from("abin %s(x):'\"$\n;,/*-Eé"), max_size=60))
def test_nothing_moves(sql: str) -> None:
    assert abs(len(readable(sql)) - len(sql)) <= sql.count("\n")
    try:
        parse_sql(sql)
    except WrongText as wrong:
        str(wrong).encode()
