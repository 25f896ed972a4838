"""Every rung of the login table on real servers: stage, rule, evidence, and that the remedy lets it in."""

from __future__ import annotations

import contextlib
import signal
from typing import TYPE_CHECKING

import pytest

from safeconduct.model import Finding, RemedyKind, Stage, StageOutcome
from safeconduct.postgres.attempt import Attempt, attempt
from safeconduct.postgres.target import SslMode, TlsPolicy
from tests.postgres.rungs import PASSWORD, RUNGS, Rung, target_for
from tests.servers.availability import require
from tests.servers.builds import default_build
from tests.servers.postgres import Postgres

if TYPE_CHECKING:
    from collections.abc import Iterator

    from safeconduct.postgres.target import Target


def try_in(target: Target) -> Attempt:
    ended = attempt(target, timeout=5)
    if ended.session:
        ended.session.close()
    return ended


def refused(target: Target) -> Finding:
    ended = try_in(target)
    assert ended.finding, f"not refused: {ended.stages}"
    return ended.finding


def stages(ended: Attempt, outcome: StageOutcome) -> tuple[Stage, ...]:
    return tuple(report.stage for report in ended.stages if report.outcome is outcome)


@pytest.fixture
def server(any_postgres: Postgres) -> Postgres:
    any_postgres.create_role("etl", PASSWORD)
    any_postgres.create_database("sales")
    return any_postgres


def break_it(server: Postgres, rung: Rung) -> Target:
    if rung.hba:
        server.hba(rung.hba)
    if rung.breaks:
        server.sql(rung.breaks)
    return target_for(server, rung.user, rung.database, rung.password, settings=rung.settings)


@pytest.mark.parametrize("rung", RUNGS, ids=lambda rung: rung.name)
def test_a_rung(server: Postgres, rung: Rung) -> None:
    target = break_it(server, rung)
    ended = try_in(target)
    assert ended.finding is not None
    assert (ended.finding.rule, ended.finding.stage) == (rung.rule, rung.stage)
    assert dict(ended.finding.evidence) | dict(rung.evidence) == dict(ended.finding.evidence)
    assert stages(ended, StageOutcome.REFUSED) == (rung.stage,)
    assert stages(ended, StageOutcome.PASSED) == rung.passed
    if rung.remedy:
        assert rung.remedy in {remedy.text for remedy in ended.finding.remedies if remedy.kind is RemedyKind.SQL}
        server.sql(rung.remedy)
        if rung.after:
            server.sql(rung.after)
        assert try_in(target).session


@pytest.mark.parametrize(
    "rung", [rung for rung in RUNGS if rung.rule == "postgres.rule.no-entry"], ids=lambda r: r.name
)
def test_the_line_for_pg_hba_lets_it_in(server: Postgres, rung: Rung) -> None:
    target = break_it(server, rung)
    (line,) = [remedy.text for remedy in refused(target).remedies if remedy.kind is RemedyKind.PG_HBA]
    server.hba([line, *rung.hba])
    assert try_in(target).session


def test_the_right_password_gets_in_at_every_stage(server: Postgres) -> None:
    ended = try_in(target_for(server))
    assert ended.session
    assert not stages(ended, StageOutcome.REFUSED)
    details = {report.stage: report.detail for report in ended.stages}
    assert details[Stage.RULE] == "asks for scram-sha-256"
    assert details[Stage.PROTOCOL].startswith(f"PostgreSQL {server.version}")


def test_what_remains_possible_is_listed_and_can_be_looked_up(server: Postgres) -> None:
    finding = refused(target_for(server, password="another"))
    assert [cause.partition(" (")[0] for cause in finding.possible] == [
        "the password is wrong",
        "the role does not exist",
        "the password has expired",
        "the role has no password",
        "the password is stored as md5, and the rule asks for scram-sha-256",
    ]
    for cause in finding.possible[1:4]:
        server.sql(cause.partition("can see: ")[2].partition(";")[0])


def test_an_md5_line_takes_a_scram_secret(server: Postgres) -> None:
    server.hba(["host all all all md5"])
    ended = try_in(target_for(server))
    assert ended.session


@pytest.mark.parametrize("method", ["trust", "password", "md5", "scram-sha-256"])
def test_every_method_by_password_gets_in(server: Postgres, method: str) -> None:
    server.conf({"password_encryption": "md5" if method == "md5" else "scram-sha-256"})
    server.sql(f"ALTER ROLE etl PASSWORD '{PASSWORD}'")
    server.hba([f"host all all all {method}"])
    assert try_in(target_for(server)).session


def test_the_server_asks_for_a_password_and_there_is_none(server: Postgres) -> None:
    finding = refused(target_for(server, password=None))
    assert (finding.rule, finding.stage) == ("postgres.authentication.password-absent", Stage.AUTHENTICATION)
    assert finding.evidence["asked for"] == "scram-sha-256"


@pytest.fixture(scope="module")
def german_server() -> Iterator[Postgres]:
    server = Postgres(require(default_build()), language="de")
    yield server
    server.destroy()


@pytest.mark.parametrize("rung", RUNGS, ids=lambda rung: rung.name)
def test_a_server_that_speaks_german_is_understood_as_well(german_server: Postgres, rung: Rung) -> None:
    german_server.reset()
    german_server.conf({"lc_messages": "C.UTF-8"})
    german_server.create_role("etl", PASSWORD)
    german_server.create_database("sales")
    finding = refused(break_it(german_server, rung))
    assert (finding.rule, finding.stage) == (rung.rule, rung.stage)
    assert finding.evidence["message"] != ""
    assert "for user" not in finding.evidence["message"], "the server should speak German"
    assert "does not exist" not in finding.evidence["message"], "the server should speak German"


@contextlib.contextmanager
def sessions(server: Postgres, count: int, user: str) -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        for _ in range(count):
            stack.enter_context(contextlib.closing(server.login(user, PASSWORD)))
        yield


def test_reserved_slots(server: Postgres) -> None:
    server.conf({"max_connections": 6, "superuser_reserved_connections": 3})
    with sessions(server, 3, "etl"):
        ended = try_in(target_for(server))
    assert ended.finding is not None
    assert (ended.finding.rule, ended.finding.stage) == ("postgres.session.slots-reserved", Stage.SESSION)
    assert ended.finding.evidence["routine"] == "InitPostgres"


def test_no_slot_at_all(server: Postgres) -> None:
    server.conf({"max_connections": 5, "superuser_reserved_connections": 1})
    server.create_role("boss", PASSWORD, "SUPERUSER LOGIN")
    with sessions(server, 5, "boss"):
        ended = try_in(target_for(server))
    assert ended.finding is not None
    assert (ended.finding.rule, ended.finding.stage) == ("postgres.session.slots-full", Stage.SESSION)
    assert ended.finding.evidence["sqlstate"] == "53300"
    assert Stage.AUTHENTICATION not in stages(ended, StageOutcome.PASSED)


def test_shutting_down(server: Postgres) -> None:
    with server.superuser():
        server.signal(signal.SIGTERM)
        finding = refused(target_for(server))
    assert (finding.rule, finding.stage) == ("postgres.session.not-ready", Stage.SESSION)
    assert finding.evidence["sqlstate"] == "57P03"


def test_one_login_attempt_even_with_prefer(server: Postgres) -> None:
    """libpq with sslmode=prefer sends a refused password twice, once with and once without TLS; we do not."""
    try_in(target_for(server, password="another", tls=TlsPolicy(mode=SslMode.PREFER)))
    assert server.log.text.count("password authentication failed") == 1
