"""The same files and logins, decided by us and by real servers."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from dataclasses import replace
from ipaddress import ip_address
from typing import TYPE_CHECKING

import pytest

from safeconduct.postgres.hba import Login, lines_from_view, match, parse_hba
from tests.postgres.hba.generate import Maker
from tests.postgres.hba.knock import Seen, knock
from tests.postgres.hba.servers import list_dir, read, remove, write
from tests.postgres.hba.world import ServerFacts, populate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from safeconduct.postgres.hba import Decision, HbaFile, HbaLine
    from tests.servers.postgres import Postgres

HERE = ip_address("127.0.0.1")
FILES = 18
LOGINS = 15
SECONDS = float(os.environ.get("SECONDS", "300"))
VIEW = "SELECT row_to_json(r) FROM pg_hba_file_rules r"


@pytest.fixture
def server(any_postgres: Postgres) -> Postgres:
    any_postgres.conf({"listen_addresses": "127.0.0.1,::1", "password_encryption": "md5"})
    any_postgres.enable_tls()
    populate(any_postgres)
    return any_postgres


@pytest.fixture
def facts(server: Postgres) -> Iterator[ServerFacts]:
    asked = ServerFacts(server)
    yield asked
    asked.close()


def parse(server: Postgres, facts: ServerFacts | None = None) -> HbaFile:
    regex_error = facts.regex_error if facts else lambda pattern: None
    return parse_hba(str(server.data / "pg_hba.conf"), read, server.version, list_dir, regex_error=regex_error)


def install(server: Postgres, maker: Maker) -> None:
    """Write a new file with what it includes, and let the server load it."""
    remove(server, maker.files)
    lines = maker.hba()
    write(server, maker.files)
    server.hba(lines)


def expected(server: Postgres, decision: Decision, seen: Seen) -> Seen:
    """What we would have seen, as exactly as this version lets it be seen."""
    line = decision.line
    if line is None:
        return Seen("none")
    if seen.line is None:
        return Seen(line.method)
    return Seen(line.method, line.number, line.file if server.version >= 16 else None)


def as_viewed(line: HbaLine, version: int) -> HbaLine:
    """The line without what the view loses: the quotes, the text, and before 16 the file."""
    databases, users = (
        tuple(replace(token, quoted=False) for token in tokens) for tokens in (line.databases, line.users)
    )
    address = str(getattr(line.address, "value", line.address))
    file = line.file if version >= 16 else ""
    return replace(line, file=file, databases=databases, users=users, text=address, address=None)


def run(server: Postgres, facts: ServerFacts, maker: Maker, counts: Counter[str]) -> None:
    install(server, maker)
    file = parse(server, facts)
    assert file.loads, (file.problems, server.log.text[-2000:])
    viewed = lines_from_view(row for (row,) in server.sql(VIEW))
    assert [as_viewed(line, server.version) for line in viewed] == [
        as_viewed(line, server.version) for line in file.lines
    ]
    for _ in range(LOGINS):
        login = maker.login()
        decision = match(file.lines, login, facts)
        seen = knock(server, login)
        text = (server.data / "pg_hba.conf").read_text("utf-8")
        assert decision.certain, (login, decision)
        assert seen == expected(server, decision, seen), f"{login}\n{decision.line}\n{text}\n{maker.files}"
        counts[f"{seen.method}{'' if seen.line is None else ', line known'}"] += 1
        counts["pairs"] += 1
        counts["lines passed"] += len(decision.passed)


def test_decisions_are_the_servers(server: Postgres, facts: ServerFacts) -> None:
    maker = Maker(random.Random(f"{server.version}, fixed"), server.version)
    counts: Counter[str] = Counter()
    for _ in range(FILES):
        run(server, facts, maker, counts)
    print(server.version, dict(counts))
    assert counts["pairs"] == FILES * LOGINS
    assert counts["password, line known"] > counts["pairs"] / 3, counts
    assert counts["none"] < counts["pairs"] / 2, counts


CUT = "ü" * 31 + "x"  # 63 bytes
CHOSEN = [
    (f"host {'d' * 63} all all password", Login("d" * 64, "etl", HERE), True),
    (f"host {'d' * 64} all all password", Login("d" * 64, "etl", HERE), False),
    (f"host all {CUT} all password", Login("db1", CUT + "üü", HERE), True),
    (f"host all {CUT[:-1]} all password", Login("db1", CUT[:-1] + "üü", HERE), False),  # half a letter is left
    ("host sameuser all all password", Login("u" * 70, "u" * 71, HERE), True),
    ("host all all localhost password", Login("db1", "etl", HERE), True),
    ("host all all .localhost password", Login("db1", "etl", HERE), False),
    ("host all all localhost password", Login("db1", "etl", ip_address("127.0.0.2")), False),
    ('host all "+staff" all password', Login("db1", "etl", HERE), False),
    ("host all +staff all password", Login("db1", "etl", HERE), True),
    ("host all +staff all password", Login("db1", "boss", HERE), False),
    ("host samerole all all password", Login("sales", "bob", HERE), True),
    ("host samerole all all password", Login("etl", "etl", HERE), True),
    ("host all,replication all all password", Login("db1", "etl", HERE, replication="physical"), True),
    ('host all,"replication" all all password', Login("db1", "etl", HERE, replication="physical"), False),
    ("host replication all all password", Login("replication", "etl", HERE), False),
    ("host all all all password", Login("db1", "etl", HERE, replication="logical"), True),
]


def test_chosen_cases_are_as_the_server_has_them(server: Postgres, facts: ServerFacts) -> None:
    for line, login, fits in CHOSEN:
        server.hba([line])
        decision = match(parse(server, facts).lines, login, facts)
        assert (decision.line is not None, knock(server, login).method) == (fits, "password" if fits else "none"), line


@pytest.mark.soak
def test_decisions_are_the_servers_for_minutes(server: Postgres, facts: ServerFacts) -> None:
    seed = random.randrange(2**32)
    maker, end = Maker(random.Random(seed), server.version), time.monotonic() + SECONDS / 4
    counts: Counter[str] = Counter()
    print(f"seed {seed}")
    while time.monotonic() < end:
        run(server, facts, maker, counts)
    print(server.version, dict(counts))
