"""With an administrator's session the causes that PostgreSQL hides from the client are told apart."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace

import pytest

from safeconduct.diagnosis.inside import told_inside
from safeconduct.model import Finding, RemedyKind, Secret, Stage, StageOutcome
from safeconduct.postgres.attempt import Attempt, attempt
from safeconduct.postgres.insider import Administrator
from safeconduct.postgres.target import HostPort, Password, Target
from tests.postgres.rungs import PASSWORD, PASSWORD_SQL, RUNGS, Rung, target_for
from tests.servers.postgres import Postgres

BOSS = "Boss-Password-9"


@pytest.fixture
def server(any_postgres: Postgres) -> Postgres:
    any_postgres.create_role("etl", PASSWORD)
    any_postgres.create_role("boss", BOSS, "SUPERUSER LOGIN")
    any_postgres.create_database("sales")
    return any_postgres


def administrator_for(server: Postgres, user: str = "boss", password: str = BOSS) -> Administrator:
    host = HostPort(server.host, server.port, password=Password(Secret(password), "connection"))
    return Administrator(Target("administrator", (host,), user, "postgres"), 5)


def ended(server: Postgres, target: Target, user: str = "boss", password: str = BOSS) -> Attempt:
    with closing(administrator_for(server, user, password)) as administrator:
        return told_inside(attempt(target, 5), [administrator])


def told(server: Postgres, target: Target, user: str = "boss", password: str = BOSS) -> Finding:
    finding = ended(server, target, user, password).finding
    assert finding
    return finding


@dataclass(frozen=True)
class Cause:
    """A cause of 28P01: how it is made, what is said, and what an administrator then does."""

    name: str
    rule: str
    words: str
    breaks: str = ""
    user: str = "etl"
    given: str = PASSWORD
    mended_by: str = PASSWORD_SQL


CAUSES = (
    Cause("wrong", "password-wrong", "the password in the connection is not that of etl", given="another"),
    Cause(
        "missing",
        "role-missing",
        "there is no role etll on the server; did you mean etl?",
        user="etll",
        mended_by=f"CREATE ROLE etll LOGIN; ALTER ROLE etll PASSWORD '{PASSWORD}'",
    ),
    Cause(
        "unset", "password-unset", "the role etl has no password, so none is accepted", "ALTER ROLE etl PASSWORD NULL"
    ),
    Cause(
        "expired",
        "password-expired",
        "the password of etl expired at 2001-02-03 00:00:00+00",
        "ALTER ROLE etl VALID UNTIL '2001-02-03 00:00:00+00'",
        mended_by="ALTER ROLE etl VALID UNTIL 'infinity';",
    ),
    Cause(
        "md5",
        "password-stored-md5",
        "the password of etl is stored as md5, and the rule asks for scram-sha-256",
        f"SET password_encryption = 'md5'; {PASSWORD_SQL}",
        mended_by=f"SET password_encryption = 'scram-sha-256'; {PASSWORD_SQL}",
    ),
)


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.name)
def test_the_five_causes_of_one_text(server: Postgres, cause: Cause) -> None:
    server.conf({"timezone": "UTC"})
    if cause.breaks:
        server.sql(cause.breaks)
    result = ended(server, target_for(server, cause.user, password=cause.given))
    finding = result.finding
    assert finding
    assert (finding.rule, finding.stage) == (f"postgres.authentication.{cause.rule}", Stage.AUTHENTICATION)
    assert finding.message == cause.words
    assert not finding.possible
    assert finding.evidence["known from"] == "administrator boss"
    assert [r.detail for r in result.stages if r.outcome is StageOutcome.REFUSED] == [f"refused: {cause.words}"]
    for remedy in finding.remedies:
        if remedy.kind is RemedyKind.SQL:
            server.sql(remedy.text)
    server.sql(cause.mended_by.replace("CREATE ROLE etll LOGIN; ", ""))
    mended = attempt(target_for(server, cause.user, password=PASSWORD), 5)
    assert mended.session
    mended.session.close()


def test_of_several_causes_the_one_that_the_server_meets_first(server: Postgres) -> None:
    server.sql("ALTER ROLE etl VALID UNTIL '2001-01-01' PASSWORD NULL")
    assert told(server, target_for(server)).rule == "postgres.authentication.password-unset"
    server.sql(f"SET password_encryption = 'md5'; {PASSWORD_SQL}")
    assert told(server, target_for(server)).rule == "postgres.authentication.password-expired"


def test_an_administrator_who_is_no_superuser_narrows_it_down(server: Postgres) -> None:
    server.create_role("rds", BOSS, "LOGIN CREATEROLE")
    finding = told(server, target_for(server, password="another"), "rds")
    assert finding.rule == "postgres.authentication.password-wrong"
    assert [cause.partition(" (")[0] for cause in finding.possible] == [
        "the password is wrong",
        "the role has no password",
        "the password is stored as md5, and the rule asks for scram-sha-256",
    ]
    assert finding.evidence["pg_authid"] == "the administrator may not read it"
    server.sql("ALTER ROLE etl VALID UNTIL '2001-01-01'")
    assert told(server, target_for(server), "rds").rule == "postgres.authentication.password-expired"
    assert told(server, target_for(server, "ghost"), "rds").rule == "postgres.authentication.role-missing"


def test_under_trust_missing_and_nologin_are_told_apart(server: Postgres) -> None:
    server.hba(["host all boss all scram-sha-256", "host all all all trust"])
    assert told(server, target_for(server, "ghost")).rule == "postgres.authentication.role-missing"
    server.sql("ALTER ROLE etl NOLOGIN")
    finding = told(server, target_for(server))
    assert finding.rule == "postgres.authentication.login-not-permitted"
    assert [remedy.text for remedy in finding.remedies] == ["ALTER ROLE etl LOGIN;"]


def test_who_fills_the_limits_is_named(server: Postgres) -> None:
    server.sql("ALTER ROLE etl CONNECTION LIMIT 1")
    with server.login("etl", PASSWORD, "sales"):
        finding = told(server, target_for(server))
    assert finding.rule == "postgres.session.role-limit"
    assert finding.evidence["limit"] == "CONNECTION LIMIT 1, 1 sessions open"
    assert finding.evidence["held by"].startswith("1 of etl in sales, idle")
    server.sql("ALTER ROLE etl CONNECTION LIMIT -1; ALTER DATABASE sales CONNECTION LIMIT 1")
    with server.login("etl", PASSWORD, "sales"):
        finding = told(server, target_for(server))
    assert finding.rule == "postgres.session.database-limit"
    assert finding.evidence["held by"].startswith("1 of etl in sales")


def test_reserved_slots_are_counted(server: Postgres) -> None:
    server.conf({"max_connections": 6, "superuser_reserved_connections": 3})
    with server.login("etl", PASSWORD), server.login("etl", PASSWORD), server.login("etl", PASSWORD, "sales"):
        finding = told(server, target_for(server))
    assert finding.rule == "postgres.session.slots-reserved"
    assert finding.evidence["max_connections"].startswith("6, of which 3 reserved for superusers")
    assert finding.evidence["held by"].startswith("2 of etl in postgres, idle; ")


def test_a_database_that_is_nearly_named_so(server: Postgres) -> None:
    finding = told(server, target_for(server, database="salse"))
    assert finding.message == "there is no database salse on this server; did you mean sales?"
    assert finding.remedies[0].text == "schema = sales"


def test_who_has_connect(server: Postgres) -> None:
    server.sql("REVOKE CONNECT ON DATABASE sales FROM PUBLIC")
    server.create_role("reader")
    server.sql("GRANT CONNECT ON DATABASE sales TO reader")
    finding = told(server, target_for(server))
    assert finding.rule == "postgres.database.connect-missing"
    assert finding.evidence["CONNECT granted to"] == "postgres, reader"


@pytest.mark.parametrize("rung", RUNGS, ids=lambda rung: rung.name)
def test_no_rung_is_told_less_exactly(server: Postgres, rung: Rung) -> None:
    if rung.hba:
        server.hba(["host all boss all scram-sha-256", *rung.hba])
    if rung.breaks:
        server.sql(rung.breaks)
    target = target_for(server, rung.user, rung.database, rung.password, settings=rung.settings)
    finding = told(server, target)
    assert finding.stage is rung.stage
    assert dict(finding.evidence) | dict(rung.evidence) == dict(finding.evidence)
    assert len(finding.possible) <= 3


def test_another_server_is_not_asked(postgres: Postgres, any_postgres: Postgres) -> None:
    """The administrator of one server says nothing about the other, though both are on this host."""
    if any_postgres is postgres:
        pytest.skip("the same server")
    postgres.create_role("boss", BOSS, "SUPERUSER LOGIN")
    finding = told(postgres, target_for(any_postgres))
    assert finding.rule == "postgres.authentication.password-wrong"
    assert "on another server" in finding.evidence["administrator"]


def test_the_administrator_may_come_by_the_unix_socket(server: Postgres) -> None:
    host = HostPort(str(server.folder), server.port)
    with closing(Administrator(Target("administrator", (host,), "postgres", "postgres"), 5)) as administrator:
        result = told_inside(attempt(target_for(server, "ghost"), 5), [administrator])
    assert result.finding
    assert result.finding.rule == "postgres.authentication.role-missing"


def test_an_administrator_who_is_refused_is_tried_once_and_said(server: Postgres) -> None:
    with closing(administrator_for(server, password="another")) as administrator:
        for _ in range(3):
            result = told_inside(attempt(target_for(server, "ghost"), 5), [administrator])
    assert isinstance(administrator.trouble, Finding)
    assert administrator.trouble.subject == "administrator"
    assert result.finding
    assert result.finding.rule == "postgres.authentication.password-wrong"
    assert server.log.text.count('password authentication failed for user "boss"') == 1


def test_nothing_secret_comes_back(server: Postgres) -> None:
    verifier = server.sql("SELECT rolpassword FROM pg_authid WHERE rolname = 'etl'")[0][0]
    for password in ("another", PASSWORD):
        target = replace(target_for(server, password=password), database="nowhere")
        assert verifier not in repr(told(server, target))
