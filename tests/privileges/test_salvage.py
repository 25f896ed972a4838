"""A text is cut where its statements end, also where some of it is no SQL; nothing is taken for what it is not."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeconduct.privileges import parse_sql, read_sql
from safeconduct.privileges.pieces import Pieces
from safeconduct.privileges.tree import kind


@pytest.mark.parametrize(
    "statements",
    [
        ["SELECT ';', E'\\';', $$;$$, $a$;$$;$a$, \";\" /* ; /* ; */ ; */ -- ;\n"],
        ["CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2)", " SELECT 3"],
        ["CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE 1 WHEN 1 THEN 2 END; END", "\nSELECT 3"],
        ["CREATE TABLE t (begin int)", "SELECT 1 AS begin", "BEGIN", "END"],
        ["SELECT a$b$c, $1", " SELECT 2"],
    ],
)
def test_pieces_are_the_statements(statements: list[str]) -> None:
    text = ";".join(statements)
    found = Pieces(text)
    assert [text[start:end] for start, end in found.spans] == statements
    assert not found.is_torn
    assert len(parse_sql(text).statements) == len(statements)


@pytest.mark.parametrize("text", ["'", '"', "E'\\'", "$$", "$a$ $$", "/*", "/* /* */"])
def test_what_is_left_open(text: str) -> None:
    assert Pieces(text).is_torn


@pytest.mark.parametrize(
    ("text", "kinds", "places"),
    [
        ("SELECT 1;\n-- c\nSELEC 2;\n TABLE t;", ["SelectStmt", "SelectStmt"], [(3, 1)]),
        ("SELEC; SELEC 2; DELETE FROM t; SELECT %s; SELEC %s", ["DeleteStmt", "SelectStmt"], [(1, 1), (1, 8), (1, 43)]),
        ("CREATE TABLE a (id int,\n,);\nTABLE a;\n\n", ["SelectStmt"], [(2, 1)]),
        ("SELECT " + "+".join("a" * 20_000) + "; DELETE FROM t", ["DeleteStmt"], [(1, 1)]),
        ("USE shop; DELETE FROM t", [], [(1, 1)]),
        ("SELECT 1; -- it's\nSELEC; SELECT 2 -- it's", ["SelectStmt", "SelectStmt"], [(2, 1)]),
        ("\\set x 1\nSELECT 1;\\connect other\nDELETE FROM t;", ["SelectStmt"], [(1, 1), (2, 10)]),
    ],
)
def test_the_rest_is_read(text: str, kinds: list[str], places: list[tuple[int, int]]) -> None:
    ask = read_sql(text)
    assert [kind(raw.stmt) for raw in ask.statements] == kinds
    assert [(one.line, one.column) for one in ask.unreadable] == places


def test_many_mistakes_are_counted() -> None:
    found = read_sql("SELEC;" * 100).unreadable
    assert len(found) == 21
    assert "79 statements more" in found[-1].why


def test_no_secret_is_repeated() -> None:
    for one in read_sql("SELECT 1; ALTER ROLE x PASSWORD hunter2; \\c password=hunter2\n'hunter2").unreadable:
        assert "hunter" not in one.why


@given(st.text(st.sampled_from("aSELECT 1;'\"$\n\\/*-()\0\udcff"), max_size=80))
def test_nothing_is_dropped_in_silence(text: str) -> None:
    ask = read_sql(text)
    assert ask.statements or ask.unreadable
    assert len(ask.text) == len(text)
    assert ask.text.count("\n") == text.count("\n")


def test_hostile_texts_take_no_time() -> None:
    before = time.monotonic()
    for piece in ("/*", "'", "$a$b", "(", '"', "E'\\", ";", "x;", "\\x\n", "CREATE RULE ("):
        read_sql(piece * 5000)
    assert time.monotonic() - before < 30
