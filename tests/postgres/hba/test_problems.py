"""Broken files: what a real server refuses, we refuse, for the same reason; and it keeps the old rules then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from safeconduct.postgres.hba import Login, parse_hba, problems_from_view
from tests.postgres.hba.broken_lines import FILES, LINES
from tests.postgres.hba.knock import knock
from tests.postgres.hba.servers import list_dir, read, write
from tests.postgres.hba.world import ServerFacts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from safeconduct.postgres.hba import HbaFile
    from tests.servers.postgres import Postgres

VIEW = "SELECT row_to_json(r) FROM pg_hba_file_rules r"
NO_WORDS = "PostgreSQL does not say why"


@pytest.fixture
def facts(any_tls_postgres: Postgres) -> Iterator[ServerFacts]:
    asked = ServerFacts(any_tls_postgres)
    yield asked
    asked.close()


def parse(server: Postgres, facts: ServerFacts) -> HbaFile:
    path = str(server.data / "pg_hba.conf")
    return parse_hba(path, read, server.version, list_dir, regex_error=facts.regex_error)


def test_every_refused_line_is_found_with_the_servers_words(any_tls_postgres: Postgres, facts: ServerFacts) -> None:
    server = any_tls_postgres
    write(server, FILES)
    # Before 16 a list that includes itself is more than refused: the whole server stops at it.
    lines = [line for line in LINES if server.version >= 16 or "@self" not in line]
    server.hba(lines)
    ours = {(p.file if server.version >= 16 else "", p.line): p.message for p in parse(server, facts).problems}
    theirs = {(p.file, p.line): p.message for p in problems_from_view(row for (row,) in server.sql(VIEW))}
    assert ours.keys() == theirs.keys(), [
        (place, lines[min(place[1] - 3, len(lines) - 1)][:80], ours.get(place), theirs.get(place))
        for place in sorted(ours.keys() ^ theirs.keys())
    ]
    different = {place: (ours[place], theirs[place]) for place in ours if ours[place] != theirs[place]}
    silent = {place for place, (_, said) in different.items() if said == NO_WORDS}
    assert different.keys() == silent, {place: different[place] for place in different.keys() - silent}
    assert len(ours) > 70


def test_one_refused_line_keeps_the_old_rules(any_postgres: Postgres) -> None:
    any_postgres.hba(["local all etl trust"])
    any_postgres.hba(["local all etl reject", "nonsense"])
    assert knock(any_postgres, Login("db1", "etl", None)).method == "trust"
    file = parse_hba(str(any_postgres.data / "pg_hba.conf"), read, any_postgres.version)
    assert not file.loads
    assert [(problem.line, problem.message) for problem in file.problems] == [(4, 'invalid connection type "nonsense"')]


def test_a_file_without_rules_is_refused() -> None:
    file = parse_hba("/hba", lambda path: "# nothing\n\n", 16)
    assert [problem.message for problem in file.problems] == ['configuration file "/hba" contains no entries']


def test_a_missing_file_is_a_problem() -> None:
    file = parse_hba("/hba", lambda path: None, 16)
    assert [(p.line, p.message) for p in file.problems] == [
        (0, 'could not open file "/hba": No such file or directory')
    ]


def test_files_that_include_each_other_come_to_an_end() -> None:
    file = parse_hba("/hba", lambda path: "include hba\n" * 5, 16)
    assert len(file.problems) > 0


def test_lists_that_include_each_other_come_to_an_end_before_16() -> None:
    file = parse_hba("/hba", lambda path: "local @hba @hba trust\n@hba\n" * 3, 13)
    assert len(file.problems) > 0
