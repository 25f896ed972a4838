"""Which engine answers, and what is said where the server cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from safeconduct.privileges import parse_sql
from safeconduct.privileges.asked import SqlAsk
from safeconduct.privileges.server import needed_by
from safeconduct.privileges.server.slicing import slices
from tests.privileges.server.bench import SERVER, furnish, judged, session_of, shown
from tests.servers.availability import require
from tests.servers.builds import default_build

if TYPE_CHECKING:
    from collections.abc import Iterator

    from safeconduct.postgres.open_session import OpenSession
    from tests.servers.fixtures import PostgresFarm


@pytest.fixture(scope="module")
def session(postgres_farm: PostgresFarm) -> Iterator[OpenSession]:
    server = postgres_farm.lend(require(default_build()))
    furnish(server)
    with session_of(server) as opened:
        yield opened
    server.reset()


TWO = "SELECT label FROM shop.counted; SELECT note FROM shop.orders"


@pytest.mark.parametrize(
    ("statement", "expected", "reason"),
    [
        ("SELECT note FROM shop.nowhere", "", "42P01: relation \"shop.nowhere\" does not exist"),
        ("SELECT id FROM shop.orders WHERE id = 'a secret'", "SELECT(id) shop.orders", "it does not read it (22P02)"),
        ("SELECT concat($1) FROM shop.orders", "SELECT(id) shop.orders",
         "42P18: could not determine data type"),
        ("SELECT id FROM shop.orders WHERE note < INTERVAL %s", "SELECT(id) shop.orders; SELECT(note) shop.orders",
         "22007"),
        ("SET ROLE other; SELECT id FROM shop.orders", "SET other", "statement 2: its role or"),
        ("SELECT set_config('search_path', $1, false); SELECT id FROM orders", "",
         "statement 2: its role or search_path"),
        ("CREATE TABLE shop.orders (x int); SELECT x FROM shop.orders", "",
         "statement 2: a statement before it makes orders"),
    ],
)  # fmt: skip
def test_what_the_server_cannot_tell_is_left_and_said(
    session: OpenSession, statement: str, expected: str, reason: str
) -> None:
    found = judged(session, statement)
    assert shown(found) == expected
    (said,) = [one.reason for one in found.unjudged if "cannot tell" in one.reason]
    assert reason in said
    assert "a secret" not in said


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("SET search_path = shop; SELECT note FROM orders", "SELECT(note) shop.orders"),
        ("SET search_path = ext; SELECT twice('x'), 1 ~~~ 2, 'sad'::mood",
         "EXECUTE ext.near(integer, integer); EXECUTE ext.twice(text); USAGE ext"),
        ("SELECT concat(%s), %(x)s::int, :y FROM shop.orders WHERE id IN %s", "SELECT(id) shop.orders"),
        ("BEGIN; DELETE FROM shop.counted; COMMIT", "DELETE shop.counted"),
        ("PREPARE p AS SELECT label FROM shop.counted", ""),
        ("PREPARE p AS SELECT label FROM shop.counted; EXECUTE p", "SELECT(label) shop.counted"),
        ("TRUNCATE shop.counted; SELECT label FROM shop.counted", "SELECT(label) shop.counted; TRUNCATE shop.counted"),
    ],
)  # fmt: skip
def test_texts_with_more_than_a_query(session: OpenSession, statement: str, expected: str) -> None:
    found = judged(session, statement)
    assert shown(found) == expected
    assert not [one.reason for one in found.unjudged if "cannot tell" in one.reason]


def test_nothing_is_asked_without_consent(session: OpenSession) -> None:
    found = judged(session, TWO, needed_by("server"))
    assert shown(found) == "SELECT(label) shop.counted; SELECT(note) shop.orders"
    assert len(found.unjudged) == 2
    assert "needs consent or a shadow" in found.unjudged[0].reason
    assert judged(session, TWO, needed_by("better")) == judged(session, TWO, needed_by("static"))


def test_better_says_why_only_where_something_stays_open(session: OpenSession) -> None:
    better = needed_by("better", consent=True)
    assert not judged(session, "SELECT id FROM shop.orders WHERE id = 'x'", better).unjudged
    open_yet = "SELECT query_to_xml(note, true, true, '') FROM shop.orders WHERE id = 'x'"
    reasons = [one.reason for one in judged(session, open_yet, better).unjudged]
    assert any("reads or changes what its arguments say" in reason for reason in reasons)
    assert any("cannot tell of statement 1: it does not read it (22P02)" in reason for reason in reasons)


def test_a_schema_that_the_role_may_not_use(session: OpenSession) -> None:
    session.query("RESET ROLE")
    session.query("CREATE ROLE outsider")
    session.query("SET ROLE outsider")
    found = judged(session, "SELECT note FROM shop.orders")
    session.query("SET ROLE etl")
    assert shown(found) == "SELECT(note) shop.orders"
    assert "42501: permission denied for schema shop" in found.unjudged[0].reason


def test_nothing_is_left_in_the_session_and_nothing_runs(session: OpenSession) -> None:
    settings = "SELECT string_agg(setting, ',' ORDER BY name) FROM pg_settings"
    before = session.query(settings)
    tickets = "SELECT pg_sequence_last_value('shop.tickets'::regclass)"
    session.query("RESET ROLE")
    used = session.query(tickets)
    session.query("SET ROLE etl")
    judged(session, "SELECT nextval('shop.tickets')")
    judged(session, "INSERT INTO shop.counted (label) VALUES ('x'); SELECT wrong FROM shop.orders", SERVER)
    assert session.query(settings) == before
    session.query("RESET ROLE")
    assert session.query(tickets) == used
    session.query("SET ROLE etl")


@pytest.mark.parametrize(
    ("text", "queries"),
    [
        ("EXPLAIN SELECT 1", ["SELECT 1"]),
        ("EXPLAIN (SELECT 1)", ["(SELECT 1)"]),
        ("EXPLAIN (ANALYZE, COSTS OFF) (SELECT 1) UNION SELECT 2", ["(SELECT 1) UNION SELECT 2"]),
        ("EXPLAIN ANALYZE VERBOSE /* c */ DELETE FROM t -- end", ["DELETE FROM t"]),
        ("COPY (SELECT ')' FROM t) TO STDOUT", ["SELECT ')' FROM t"]),
        ("COPY t TO STDOUT", [""]),
        ("CREATE TABLE a (x, y) WITH (fillfactor = 70) AS SELECT 1 AS b, 2 WITH NO DATA", [""]),
        ("CREATE TABLE a AS SELECT 1 WITH DATA; SELECT 'ü', %s;", ["SELECT 1", "SELECT 'ü', NULL"]),
        ("CREATE TABLE a AS EXECUTE p", [""]),
        ("DECLARE c CURSOR WITH HOLD FOR SELECT 1 FOR UPDATE", ["SELECT 1 FOR UPDATE"]),
        ("PREPARE p (int, text) AS SELECT $1 AS x", ["SELECT $1 AS x"]),
        ("SELECT 1 INTO t", [""]),
        ("SELECT 1 WHERE x < INTERVAL %s; SELECT 100 %% 7, %(größe)s, 'x%s'", ["SELECT 1 WHERE x < INTERVAL ''", None]),
        ("SELECT 100 %% 7, %(größe)s, 'x%s'", ["SELECT 100 % 7, NULL, 'x%s'"]),
    ],
)  # fmt: skip
def test_slices_are_the_text_itself(text: str, queries: list[str | None]) -> None:
    ask = parse_sql(text)
    assert isinstance(ask, SqlAsk)
    for part, query in zip(slices(ask), queries, strict=True):
        assert query is None or part.query.strip() == query
