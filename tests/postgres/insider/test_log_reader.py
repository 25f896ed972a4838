"""The server's own log tells the five causes apart, without an administrator."""

from __future__ import annotations

from pathlib import Path

import pytest

from safeconduct.diagnosis.inside import told_inside
from safeconduct.model import Finding
from safeconduct.postgres.attempt import attempt
from safeconduct.postgres.insider import ServerLog
from tests.postgres.insider.test_administrator import CAUSES, Cause
from tests.postgres.rungs import PASSWORD, target_for
from tests.servers.postgres import Postgres


@pytest.fixture
def server(any_postgres: Postgres) -> Postgres:
    any_postgres.create_role("etl", PASSWORD)
    any_postgres.create_database("sales")
    return any_postgres


def told(server: Postgres, user: str = "etl", password: str = PASSWORD, log: Path | None = None) -> Finding:
    insider = ServerLog([log or server.log.path])
    ended = told_inside(attempt(target_for(server, user, password=password), 5), [insider])
    assert ended.finding, ended.stages
    return ended.finding


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.name)
def test_the_five_causes_of_one_text(server: Postgres, cause: Cause) -> None:
    if cause.breaks:
        server.sql(cause.breaks)
    finding = told(server, cause.user, cause.given)
    assert finding.rule == f"postgres.authentication.{cause.rule}"
    assert not finding.possible
    assert finding.evidence["known from"].startswith("the server's log")
    if cause.name != "missing":
        assert finding.evidence["decided by"].endswith("line 3")


def test_a_log_of_another_time_is_said_to_be_one(server: Postgres, tmp_path: Path) -> None:
    told(server, password="another")
    old = tmp_path / "old.log"
    text = server.log.text
    assert "password authentication failed" in text
    year = text.partition("-")[0][-4:]
    old.write_text(text.replace(f"{year}-", "2020-"))
    assert "not of this walk" in told(server, password="another", log=old).evidence["beware"]


def test_a_log_without_the_refusal_changes_nothing_and_says_so(server: Postgres, tmp_path: Path) -> None:
    (tmp_path / "empty.log").write_text("")
    finding = told(server, password="another", log=tmp_path / "empty.log")
    assert finding.rule == "postgres.authentication.password-wrong"
    assert finding.possible
    assert finding.evidence["server log"] == "has no refusal of etl"
