"""A shadow on real programs: made from a dump, asked instead of the database, and gone without a trace."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from safeconduct.model import Secret
from safeconduct.postgres.place import HostPort, Password
from safeconduct.postgres.target import Target
from safeconduct.privileges.server import NoShadow, find_programs, needed_by, shadow_of
from tests.privileges.server.bench import furnish, judged, session_of, shown
from tests.servers.availability import require
from tests.servers.builds import default_build, find_build

if TYPE_CHECKING:
    from tests.servers.postgres import Postgres

PASSWORD = "it's: \\ a secret "
POLICY = """
CREATE ROLE readers; GRANT readers TO etl; CREATE SCHEMA hidden; CREATE TABLE hidden.orders (id int, note text);
CREATE TABLE shop.shared (id int); ALTER TABLE shop.shared ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON shop.shared TO readers USING (id IN (SELECT id FROM shop.customers));
CREATE ROLE boss SUPERUSER LOGIN;
CREATE FUNCTION shop.alarm() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''ran''; END';
"""


def recorded(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[str], dict[str, str] | None]]:
    """The command and environment of every program that we start from now on; they run as ever."""
    started: list[tuple[list[str], dict[str, str] | None]] = []

    class Recorder(subprocess.Popen[bytes]):
        def __init__(self, command: Any, *args: Any, **options: Any) -> None:
            started.append(([str(part) for part in command], options.get("env")))
            super().__init__(command, *args, **options)

    monkeypatch.setattr(subprocess, "Popen", Recorder)
    return started


def test_it_answers_as_the_database_would_and_leaves_nothing(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = recorded(monkeypatch)
    programs = find_programs(postgres.version, [require(default_build())])
    furnish(postgres)
    postgres.sql(POLICY)
    postgres.sql(
        "REVOKE USAGE ON SCHEMA shop FROM etl;"
        "CREATE EVENT TRIGGER alarm ON ddl_command_end EXECUTE FUNCTION shop.alarm()"
    )
    postgres.sql(
        f"ALTER EVENT TRIGGER alarm DISABLE; ALTER ROLE boss PASSWORD '{PASSWORD.replace(chr(39), chr(39) * 2)}'"
    )
    where = HostPort(postgres.host, postgres.port, password=Password(Secret(PASSWORD), "test"))
    room = Path("/tmp")
    before = set(room.glob("safeconduct-shadow-*"))
    with session_of(postgres) as session:
        with shadow_of(Target("dump", (where,), "boss", "postgres"), session, programs) as shadow:
            engine = needed_by("server", shadow=shadow)
            for statement, expected in (
                ("SELECT b, c FROM shop.dropped", "SELECT(b) shop.dropped; SELECT(c) shop.dropped"),
                ("SELECT id FROM shop.shared", "SELECT(id) shop.customers; SELECT(id) shop.shared"),
                (
                    "SELECT email FROM shop.mine",
                    "SELECT(email) shop.customers; SELECT(id) shop.customers; SELECT(email) shop.mine",
                ),
                ("SET search_path = hidden; SELECT note FROM orders", "USAGE hidden; SELECT(note) hidden.orders"),
                (
                    "SELECT ext.twice(name) FROM shop.customers WHERE id = %s AND %s IS NULL",
                    "EXECUTE ext.twice(text); USAGE ext; SELECT(id) shop.customers; SELECT(name) shop.customers",
                ),
            ):
                found = judged(session, statement, engine)
                assert shown(found) == expected
                assert not [one.reason for one in found.unjudged if "cannot tell" in one.reason]
            assert not shadow.query("SELECT 1 FROM pg_event_trigger")
            folders = set(room.glob("safeconduct-shadow-*")) - before
        assert folders
        assert not any(folder.exists() for folder in folders)
    assert {Path(command[0]).name for command, _ in started} >= {"initdb", "postgres", "pg_dump", "pg_restore"}
    assert PASSWORD not in str(started)


HOSTILE = """
CREATE ROLE mallory; CREATE SCHEMA den AUTHORIZATION mallory; CREATE ROLE boss SUPERUSER LOGIN;
SET ROLE mallory;
CREATE TABLE den.ran (as_whom text, is_superuser text);
CREATE FUNCTION den.volatile() RETURNS void LANGUAGE plpgsql AS
    'BEGIN INSERT INTO den.ran VALUES (current_user, current_setting(''is_superuser'')); END';
CREATE FUNCTION den.always(int) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS
    'BEGIN PERFORM den.volatile(); RETURN true; END';
CREATE TABLE den.whole (id int NOT NULL) PARTITION BY RANGE (id);
CREATE TABLE den.part (id int NOT NULL, CHECK (den.always(1)), CHECK (id >= 0 AND id < 10));
ALTER TABLE den.whole ATTACH PARTITION den.part FOR VALUES FROM (0) TO (10);
CREATE INDEX ON den.part ((den.always(2)));
CREATE VIEW den." ACL " AS SELECT 1;
"""


def test_nothing_of_the_owners_runs_as_a_superuser(postgres: Postgres) -> None:
    programs = find_programs(postgres.version, [require(default_build())])
    furnish(postgres)
    postgres.sql(HOSTILE + f"RESET ROLE; ALTER ROLE boss PASSWORD '{PASSWORD.replace(chr(39), chr(39) * 2)}'")
    where = HostPort(postgres.host, postgres.port, password=Password(Secret(PASSWORD), "test"))
    with (
        session_of(postgres) as session,
        shadow_of(Target("dump", (where,), "boss", "postgres"), session, programs) as shadow,
    ):
        ran = shadow.query("SELECT as_whom, is_superuser FROM den.ran")
        assert ran  # so it is a way in
        assert all(is_superuser == "off" for _, is_superuser in ran)
        found = shadow.query("SELECT relname FROM pg_class WHERE relnamespace = 'den'::regnamespace")
        assert {name for (name,) in found} >= {"part", "whole", " ACL ", "part_always_idx"}
        rows = shadow.query("SELECT pg_get_userbyid(relowner), relname FROM pg_class WHERE relname = 'ran'")
        assert rows == [("mallory", "ran")]


def test_what_is_missing_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(
        NoShadow, match=r"needs initdb, postgres, pg_dump, pg_restore of PostgreSQL 15, .* install PostgreSQL 15"
    ):
        find_programs(15, [tmp_path])
    with pytest.raises(NoShadow, match="PostgreSQL 16"):
        find_programs(16, [require(find_build(16))])  # this build has no pg_dump


def test_a_dump_that_fails_is_said(postgres: Postgres) -> None:
    programs = find_programs(postgres.version, [require(default_build())])
    nobody = Target("dump", (HostPort(postgres.host, postgres.port),), "nobody_here", "postgres")
    with session_of(postgres, "postgres") as session, pytest.raises(NoShadow, match=r"^pg_dump failed: "):
        shadow_of(nobody, session, programs).__enter__()
