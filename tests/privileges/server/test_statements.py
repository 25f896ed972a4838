"""The server engine's needs for each statement of statements.txt: as written there, on every version, and enough."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from safeconduct.privileges.server import needed_by
from tests.privileges.server.bench import HERE, SERVER, furnish, grants, judged, outcome, session_of, shown
from tests.privileges.test_statements import CHANGES, MERGES, READS
from tests.servers.availability import require
from tests.servers.builds import MAJORS, default_build, find_build

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers.fixtures import PostgresFarm
    from tests.servers.postgres import Postgres

_LINES = (HERE / "statements.txt").read_text().splitlines()
_TABLE = [
    (line.removeprefix("15+ "), line[:3] == "15+", needs.strip())
    for line, needs in zip(*[iter(_LINES)] * 2, strict=True)
]
_NOT_REFUSED = {"SELECT email FROM shop.mine"}
"""It is the role's own view."""
_WRONG_BY_SYNTAX = {"SELECT j.x FROM (shop.customers c CROSS JOIN shop.people p) AS j (x, y, z)"}


@pytest.fixture(scope="module", params=MAJORS)
def furnished(request: pytest.FixtureRequest, postgres_farm: PostgresFarm) -> Iterator[Postgres]:
    server = postgres_farm.lend(require(find_build(request.param)))
    furnish(server)
    yield server
    server.reset()


@pytest.fixture(scope="module")
def usual(postgres_farm: PostgresFarm) -> Iterator[Postgres]:
    server = postgres_farm.lend(require(default_build()))
    furnish(server)
    yield server
    server.reset()


def test_the_needs_are_those_of_the_table(furnished: Postgres) -> None:
    with session_of(furnished) as session:
        for statement, newer, expected in _TABLE:
            if not newer or furnished.version >= 15:
                found = judged(session, statement)
                assert (shown(found) or "nothing") == expected, statement
                assert not [one.reason for one in found.unjudged if "cannot tell" in one.reason], statement


def test_they_are_enough_and_none_is_too_many(usual: Postgres) -> None:
    with session_of(usual) as session, usual.superuser() as connection:
        for statement, _, _ in _TABLE:
            given = grants(judged(session, statement))
            runs = _filled(statement)
            # 58P01: let in, and there is no such file.
            assert outcome(connection, given, runs) in (None, "58P01"), statement
            for without in () if statement in _NOT_REFUSED else given:
                others = [grant for grant in given if grant is not without]
                assert outcome(connection, others, runs) == "42501", (statement, without)


def test_the_two_engines_agree_on_some(usual: Postgres) -> None:
    assert _disagreed(usual, [*READS, *CHANGES, *MERGES][::6]) == set()


@pytest.mark.soak
def test_the_two_engines_agree_on_all(usual: Postgres) -> None:
    assert _disagreed(usual, [*READS, *CHANGES, *MERGES]) == _WRONG_BY_SYNTAX


def _disagreed(server: Postgres, statements: list[str]) -> set[str]:
    static = needed_by("static")
    different = set()
    with session_of(server) as session:
        for statement in statements:
            by_syntax, by_server = judged(session, statement, static), judged(session, statement, SERVER)
            if shown(by_syntax) != shown(by_server):
                different.add(statement)
                assert "the engines differ" in by_server.unjudged[-1].reason
    return different


def _filled(statement: str) -> str:
    if statement.startswith("PREPARE"):
        return statement
    dated = statement.replace("day = %s", "day = '2024-01-01'").replace("note = $1", "note = 'x'")
    return re.sub(r"%\(\w+\)s|%s", "1", dated)
