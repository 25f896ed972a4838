"""The deciding line of pg_hba.conf, told by an administrator's session, on real servers."""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from safeconduct.diagnosis.inside import told_inside
from safeconduct.model import Finding, RemedyKind
from safeconduct.postgres.attempt import attempt
from safeconduct.postgres.insider import Administrator
from safeconduct.postgres.target import HostPort, SslMode, Target, TlsPolicy
from tests.postgres.rungs import PASSWORD, target_for

if TYPE_CHECKING:
    from tests.servers.postgres import Postgres


@pytest.fixture
def server(any_postgres: Postgres) -> Postgres:
    any_postgres.create_role("etl", PASSWORD)
    any_postgres.create_database("sales")
    return any_postgres


def told(server: Postgres, target: Target, user: str = "postgres") -> Finding:
    host = HostPort(str(server.folder), server.port)
    with closing(Administrator(Target("administrator", (host,), user, "postgres"), 5)) as administrator:
        ended = told_inside(attempt(target, 5), [administrator])
    assert ended.finding, ended.stages
    return ended.finding


def test_the_line_that_rejects_is_named_with_those_that_lost(server: Postgres) -> None:
    server.hba(
        [
            "host sales etl 10.0.0.0/8 scram-sha-256",
            "hostssl all all all scram-sha-256",
            "host sales +analysts all trust",
            "host all all 127.0.0.0/8 reject",
            "host all all all trust",
        ]
    )
    finding = told(server, target_for(server))
    assert finding.rule == "postgres.rule.no-entry"
    assert finding.message == "pg_hba.conf line 6 rejects etl into sales from 127.0.0.1"
    assert finding.evidence["decided by"] == "pg_hba.conf line 6: host all all 127.0.0.0/8 reject"
    assert not finding.possible
    passed = {
        name.rpartition(" ")[2]: text for name, text in finding.evidence.items() if name.startswith("passed over")
    }
    assert passed["3"].startswith("host sales etl 10.0.0.0/8 scram-sha-256 (")
    assert passed["4"].startswith("hostssl all all all scram-sha-256 (")
    assert passed["5"].startswith("host sales +analysts all trust (")
    assert "7" not in passed
    (line,) = [remedy for remedy in finding.remedies if remedy.kind is RemedyKind.PG_HBA]
    assert "above pg_hba.conf line 6" in line.when
    server.hba([line.text, "host all all all reject"])
    ended = attempt(target_for(server), 5)
    assert ended.session
    ended.session.close()


def test_where_a_line_waits_for_tls_that_is_the_first_remedy(any_tls_postgres: Postgres) -> None:
    any_tls_postgres.create_role("etl", PASSWORD)
    any_tls_postgres.create_database("sales")
    any_tls_postgres.hba(["hostssl all all all scram-sha-256", "host all all all reject"])
    finding = told(any_tls_postgres, target_for(any_tls_postgres))
    assert finding.remedies[0].text == '{"sslmode": "require"}'
    ended = attempt(target_for(any_tls_postgres, tls=TlsPolicy(mode=SslMode.REQUIRE)), 5)
    assert ended.session
    ended.session.close()
    any_tls_postgres.hba(["host all all all reject"])
    finding = told(any_tls_postgres, target_for(any_tls_postgres))
    assert [remedy.kind for remedy in finding.remedies] == [RemedyKind.PG_HBA]


def test_no_line_at_all_and_a_database_that_is_misspelt(server: Postgres) -> None:
    server.hba(["host sales etl all scram-sha-256"])
    finding = told(server, target_for(server, database="salse"))
    assert finding.message == (
        "no line of pg_hba.conf lets etl into salse from 127.0.0.1; there is no database salse (did you mean sales?)"
    )
    assert finding.evidence["decided by"] == "no line fits"


def test_a_file_that_was_not_loaded_is_said(server: Postgres) -> None:
    server.hba(["host all all all reject"])
    path = server.data / "pg_hba.conf"
    time.sleep(1.1)  # the time of a file is known to the second
    path.write_text(path.read_text() + "host all all all trust\n")
    assert "changed after the server read it last" in told(server, target_for(server)).evidence["beware"]
    path.write_text(path.read_text() + "host all all nonsense here\n")
    finding = told(server, target_for(server))
    assert "keeps the rules of before" in finding.evidence["beware"]
    assert finding.possible, "nothing is certain then"


def test_ident_that_fails_is_shown_with_its_line(server: Postgres) -> None:
    server.hba(["host all all all ident"])
    finding = told(server, target_for(server))
    assert finding.rule == "postgres.authentication.identity-refused"
    assert finding.evidence["decided by"] == "pg_hba.conf line 3: host all all all ident"


def test_an_administrator_who_may_not_read_the_file_says_so(server: Postgres) -> None:
    server.create_role("rds", None, "LOGIN CREATEROLE")
    server.hba(["host all all all reject"])  # so that the next test begins with the default again
    (server.data / "pg_hba.conf").write_text("local all all trust\nhost all all all reject\n")
    server.reload()
    finding = told(server, target_for(server, "somebody"), "rds")
    assert finding.evidence["rules"] == "the administrator may not read pg_hba.conf"
    assert finding.possible
