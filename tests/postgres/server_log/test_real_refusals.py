"""Every refusal by real servers: its cause and its pg_hba line are found in every format."""

from __future__ import annotations

import socket
import threading
from contextlib import closing, contextmanager
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import psycopg
import pytest

from safeconduct.postgres.server_log import (
    Cause,
    FailedLogin,
    failed_logins,
    latest_failed_logins,
    match_login,
    read_server_log,
)
from tests.postgres.server_log.scenes import FORMATS, LOGGING, SCENES, Scene, collected, formats_of, line_of, play
from tests.servers.availability import require
from tests.servers.builds import MAJORS, default_build, find_build
from tests.servers.postgres import HBA_LINE, Postgres

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from safeconduct.model import Unjudged
    from tests.servers.fixtures import PostgresFarm


@pytest.fixture(scope="module", params=MAJORS)
def logs(request: pytest.FixtureRequest, postgres_farm: PostgresFarm, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:  # fmt: skip
    """The logs of one server on which every scene was played."""
    server = postgres_farm.lend(require(find_build(request.param)))
    return play(server, tmp_path_factory.mktemp(f"log-{request.param}"))


@pytest.fixture(scope="module", params=["default", "verbose"])
def german_logs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path]]:
    """The same of a server that speaks German."""
    server = Postgres(require(default_build()), language="de")
    settings = {"lc_messages": "C.UTF-8", "log_error_verbosity": request.param}
    yield play(server, tmp_path_factory.mktemp("german"), settings)
    server.destroy()


def log_of(logs: dict[str, Path], form: str) -> Path:
    if form not in logs:
        pytest.skip("jsonlog is new in PostgreSQL 15")
    return logs[form]


def found(log: Path, scene: Scene) -> FailedLogin:
    failure = match_login(failed_logins(read_server_log([log])), scene.user, scene.database)
    if failure is None and scene.method:
        pytest.skip(f"this PostgreSQL is built without {scene.method}")
    assert failure, f"{scene.user} is not in {log.name}:\n{log.read_text()}"
    if scene.method and failure.hba_line != line_of(scene):
        pytest.skip(f"this PostgreSQL is built without {scene.method}")
    return failure


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.user)
def test_a_refusal_has_its_cause_and_its_line(logs: dict[str, Path], scene: Scene, form: str) -> None:
    failure = found(log_of(logs, form), scene)
    assert (failure.cause, failure.unjudged) == (scene.cause, "")
    assert failure.hba_line == (line_of(scene) if scene.names_line else None)
    assert failure.hba_file is None or failure.hba_file.endswith("pg_hba.conf")
    assert (failure.user, failure.database) == (scene.user, scene.database)
    assert failure.client_host == ("[local]" if scene.is_local else "127.0.0.1")
    assert failure.sqlstate == (None if form == "stderr" else scene.sqlstate)
    assert failure.time
    assert abs(failure.time - datetime.now(timezone.utc)) < timedelta(minutes=10)
    assert "h1dden" not in repr(failure)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.user)
def test_a_server_that_speaks_german_is_understood_by_its_catalogue(
    german_logs: dict[str, Path], scene: Scene, form: str
) -> None:
    log = log_of(german_logs, form)
    failure = found(log, scene)
    assert "stimmte" in log.read_text(), "the server should speak German"
    assert (failure.cause, failure.unjudged) == (scene.cause, "")
    assert failure.hba_line == (line_of(scene) if scene.names_line else None)
    assert (failure.user, failure.database) == (scene.user, scene.database)


# What remains where the catalogue is elsewhere: codes, methods, and a matched line that stands alone.
JUDGED_BY_STRUCTURE = {Cause.PEER_MISMATCH, Cause.LDAP_REFUSED, Cause.PAM_REFUSED, Cause.RADIUS_REFUSED}


@pytest.mark.parametrize("form", ["csvlog", "jsonlog"])
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.user)
def test_without_a_catalogue_nothing_is_guessed(
    german_logs: dict[str, Path], scene: Scene, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("safeconduct.postgres.server_log.texts._translated", list)
    failure = found(log_of(german_logs, form), scene)
    assert failure.hba_line == (line_of(scene) if scene.names_line else None)
    if scene.cause in JUDGED_BY_STRUCTURE or scene.user == "wrong_scram":
        assert failure.cause is scene.cause
    else:
        assert failure.cause is Cause.OTHER
        assert ("catalogue" in failure.unjudged) == (scene.sqlstate in {"28000", "28P01"})


def test_a_plain_german_log_without_catalogue_says_that_it_may_miss_some(
    german_logs: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("safeconduct.postgres.server_log.texts._translated", list)
    unjudged: list[Unjudged] = []
    failures = list(failed_logins(read_server_log([german_logs["stderr"]], unjudged=unjudged)))
    assert {failure.hba_line for failure in failures if failure.user == "ghost"} <= {HBA_LINE + 3}
    verbose = any(failure.sqlstate for failure in failures)
    assert [why.reason for why in unjudged if "SQLSTATE" in why.reason] == ([] if verbose else [unjudged[0].reason])


def test_all_formats_together_give_each_refusal_once(logs: dict[str, Path]) -> None:
    alone = list(failed_logins(read_server_log([logs["csvlog"]])))
    together = list(failed_logins(read_server_log(list(logs.values()))))
    assert len(together) == len(alone) > len(SCENES) - 4
    assert all(failure.sqlstate for failure in together), "the format that tells most comes first"


@pytest.mark.parametrize("form", FORMATS)
def test_the_latest_come_first(logs: dict[str, Path], form: str) -> None:
    log = log_of(logs, form)
    assert list(latest_failed_logins([log])) == list(failed_logins(read_server_log([log])))[::-1]


def test_reading_since_a_moment_gives_what_came_then(postgres: Postgres, tmp_path: Path) -> None:
    postgres.conf({**LOGGING, "log_destination": ",".join(formats_of(postgres))})
    for user in ("before", "after"):
        moment = datetime.now(timezone.utc)
        with pytest.raises(psycopg.OperationalError):
            postgres.login(user, "wrong")
    for log in collected(postgres, tmp_path).values():
        given = list(failed_logins(read_server_log([log], since=moment)))
        assert match_login(given, "after", "postgres", "127.0.0.1", moment)
        later = moment + timedelta(hours=1)
        assert match_login(given, "after", "postgres", "127.0.0.1", later) is None
        assert match_login(given, "after", "other", "127.0.0.1", moment) is None
        assert match_login(given, "after", "postgres", "10.0.0.1", moment) is None
        assert match_login(given, "after", "postgres", "::ffff:127.0.0.1", moment)


def test_a_terse_plain_log_has_no_detail_and_that_is_said(postgres: Postgres, tmp_path: Path) -> None:
    """csvlog and jsonlog have the detail whatever log_error_verbosity says."""
    postgres.conf({**LOGGING, "log_destination": "stderr,csvlog", "log_error_verbosity": "terse"})
    with pytest.raises(psycopg.OperationalError):
        postgres.login("ghost", "wrong")
    for form, cause in {"stderr": Cause.OTHER, "csvlog": Cause.ROLE_MISSING}.items():
        log = collected(postgres, tmp_path, form)[form]
        failure = match_login(failed_logins(read_server_log([log])), "ghost")
        assert failure
        assert failure.cause is cause
        assert ("log_error_verbosity" in failure.unjudged) == (form == "stderr")


PREFIXES = (
    "%m [%p] %q%u@%d %h ",  # the one that docs/logs.md recommends
    "%m [%p] ",
    "%m [%p] %q%u@%d ",
    "%t:%r:%u@%d:[%p]:",
    "%m:%r:%u@%d:[%p]:%l:%e:%s:%v:%x:%c:%q%a:",
    "%t [%p]: user=%u,db=%d,app=%a,client=%h ",
    "%t [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h ",
    "%m [%p]: [%l-1] db=%d,user=%u ",
    "%t-%c-",
    "%t [%p]: [%l-1] %quser=%u,db=%d,app=%a,client=%h ",
    "%m [%p] %e %q%u@%d ",
    "%n [%p] ",
    "%m %p ",
    "",
    "%m <%b> [%p] usr=%u db=%d rhost=%h ",  # not among the common ones
)
NO_NAMES = {"%m [%p] ", "%t-%c-", "%n [%p] ", "%m %p ", ""}


@pytest.fixture(scope="module", params=["default", "verbose"])
def prefixed(request: pytest.FixtureRequest, postgres_farm: PostgresFarm, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:  # fmt: skip
    """A log per prefix, of a role that is missing."""
    server = postgres_farm.lend(require(default_build()))
    folder = tmp_path_factory.mktemp("prefixes")
    server.conf({**LOGGING, "log_destination": "stderr", "log_error_verbosity": request.param})
    log = server.data / "log/postgresql.log"
    logs = {}
    for number, prefix in enumerate(PREFIXES):
        server.conf({"log_line_prefix": prefix})
        size = log.stat().st_size
        with pytest.raises(psycopg.OperationalError):
            server.login("ghost", "wrong", "sales", sslmode="disable", application_name="loader of day 1")
        server.sql("DO $$ BEGIN RAISE LOG 'all is said'; END $$")
        logs[prefix] = folder / f"{number}.log"
        deadline = datetime.now(timezone.utc) + timedelta(seconds=5)
        while b"all is said" not in log.read_bytes()[size:]:
            assert datetime.now(timezone.utc) < deadline
        logs[prefix].write_bytes(log.read_bytes()[size:])
    return logs


@pytest.mark.parametrize("told", [True, False], ids=["told", "found out"])
@pytest.mark.parametrize("prefix", PREFIXES)
def test_prefixes_that_people_use(prefixed: dict[str, Path], prefix: str, told: bool) -> None:
    entries = read_server_log([prefixed[prefix]], log_line_prefix=prefix if told else None)
    (failure,) = failed_logins(entries)
    assert (failure.cause, failure.hba_line, failure.user) == (Cause.ROLE_MISSING, HBA_LINE, "ghost")
    assert failure.database == (None if prefix in NO_NAMES else "sales")
    if prefix:
        assert failure.client_host == "127.0.0.1"
        assert failure.time
        assert failure.pid


@contextmanager
def ident_server(name: str) -> Iterator[None]:
    """Says that everybody is `name` (RFC 1413), on the port where PostgreSQL asks, which only root may open."""
    try:
        listener = socket.create_server(("127.0.0.1", 113))
    except OSError as error:
        pytest.skip(f"the port of ident cannot be opened here ({error.strerror})")

    def answer() -> None:
        with closing(listener.accept()[0]) as client:
            ports = client.recv(100).decode().strip()
            client.sendall(f"{ports} : USERID : UNIX : {name}\r\n".encode())

    with listener:
        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield
        thread.join(5)


def test_ident_that_names_another(any_postgres: Postgres, tmp_path: Path) -> None:
    any_postgres.create_role("etl")
    any_postgres.conf({**LOGGING, "log_destination": ",".join(formats_of(any_postgres))})
    any_postgres.hba(["host all all all ident"])
    with ident_server("somebody"), pytest.raises(psycopg.OperationalError):
        any_postgres.login("etl", "")
    for log in collected(any_postgres, tmp_path).values():
        failure = match_login(failed_logins(read_server_log([log])), "etl")
        assert failure
        assert (failure.cause, failure.hba_line) == (Cause.IDENT_MISMATCH, HBA_LINE)
        assert failure.before == ("provided user name (etl) and authenticated user name (somebody) do not match",)
