"""A task failed at night. Its log, the server's log and a colleague with more rights say what lets it in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.journeys.asking import BOSS, PASSWORD, ROOT, why

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.postgres import Postgres

TASK_LOGS = ROOT / "tests" / "airflow" / "task_logs"


@pytest.fixture
def server(postgres: Postgres) -> Postgres:
    postgres.create_role("etl", PASSWORD)
    postgres.create_role("boss", BOSS, "SUPERUSER LOGIN")
    postgres.create_database("sales")
    postgres.sql("CREATE SCHEMA sales; CREATE TABLE sales.orders (id serial, customer text)", database="sales")
    return postgres


def test_a_refused_statement_in_a_tasks_log_is_granted_and_then_the_way_is_open(
    server: Postgres, tmp_path: Path
) -> None:
    log = str(TASK_LOGS / "2.11.2" / "statement_refused.log")
    first = why(server, tmp_path, "--log", log, "--format", "json")
    assert first.code == 1
    assert first.rules()[-1] == "diagnosis.log.failure"
    assert first.report["findings"][-1]["location"] == {"file": log, "line": 34}
    for grant in first.remedies():
        server.sql(grant, database="sales")
    again = why(server, tmp_path, "--log", log, "--format", "json")
    assert again.code == 0, again.text
    assert again.report["walks"][0]["outcome"] == "in"


def test_a_log_without_a_failure_and_one_that_is_no_log(server: Postgres, tmp_path: Path) -> None:
    (tmp_path / "fine.log").write_text("[2026-11-24T17:44:09.806+0000] {taskinstance.py:1} INFO - all went well\n")
    answer = why(server, tmp_path, "--log", str(tmp_path / "fine.log"))
    assert answer.code == 3
    assert "there is no failure of PostgreSQL in it" in answer.text
    assert why(server, tmp_path, "--log", str(tmp_path / "absent.log")).code == 2


def test_the_same_refusal_with_nobody_to_ask_with_the_log_and_with_an_administrator(
    server: Postgres, tmp_path: Path
) -> None:
    server.sql("ALTER ROLE etl VALID UNTIL '2001-02-03'")
    alone = why(server, tmp_path, "warehouse", "--format", "json")
    by_log = why(server, tmp_path, "warehouse", "--server-log", str(server.log.path), "--format", "json")
    dsn = f"host={server.host} port={server.port} user=boss password={BOSS} dbname=postgres"
    by_dsn = why(server, tmp_path, "warehouse", "--format", "json", SAFECONDUCT_ADMIN_DSN=dsn)
    by_id = why(
        server,
        tmp_path,
        *("warehouse", "--admin", "boss", "--format", "json"),
        AIRFLOW_CONN_BOSS=f"postgres://boss:{BOSS}@{server.host}:{server.port}/postgres",
    )
    (tmp_path / ".pg_service.conf").write_text(f"[dba]\n{dsn.replace(' ', chr(10))}\n")
    by_service = why(server, tmp_path, "warehouse", "--admin", "dba", "--format", "json")
    assert alone.rules() == ["postgres.authentication.password-wrong"]
    assert len(alone.report["findings"][0]["possible"]) == 5
    for told in (by_log, by_dsn, by_id, by_service):
        assert told.code == 1
        assert told.rules() == ["postgres.authentication.password-expired"]
        assert told.remedies() == ["ALTER ROLE etl VALID UNTIL 'infinity';"]
    server.sql(by_log.remedies()[0])
    assert why(server, tmp_path, "warehouse").code == 0


def test_an_administrator_that_there_is_not(server: Postgres, tmp_path: Path) -> None:
    server.sql("ALTER ROLE etl VALID UNTIL '2001-02-03'")
    answer = why(server, tmp_path, "warehouse", "--admin", "nobody", "--format", "json")
    assert answer.rules() == ["postgres.authentication.password-wrong", "postgres.service.unknown"]
    assert answer.report["findings"][1]["subject"] == "administrator"
