"""Remedies are tried out, proven and applied by an administrator, and the connection walks again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.journeys.asking import BOSS, PASSWORD, Answer, why

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.postgres import Postgres


@pytest.fixture
def server(postgres: Postgres) -> Postgres:
    postgres.create_role("etl", PASSWORD)
    postgres.create_role("boss", BOSS, "SUPERUSER LOGIN")
    postgres.create_database("sales")
    postgres.sql(
        "CREATE SCHEMA sales; CREATE TABLE sales.orders (id serial, customer text);"
        "CREATE VIEW sales.seen AS SELECT * FROM sales.orders",
        database="sales",
    )
    return postgres


def asked(server: Postgres, home: Path, *arguments: str, user: str = "boss", password: str = BOSS) -> Answer:
    dsn = f"postgresql://{user}:{password}@{server.host}:{server.port}/postgres"
    return why(server, home, "warehouse", "--format", "json", *arguments, SAFECONDUCT_ADMIN_DSN=dsn)


SQL = ("--sql", "INSERT INTO sales.orders (customer) VALUES (%s) RETURNING id", "--sql", "SELECT * FROM sales.seen")


def privileges(server: Postgres) -> list[object]:
    return server.sql("SELECT relacl FROM pg_class WHERE relnamespace = 'sales'::regnamespace", database="sales")


def test_remedies_are_proven_and_rolled_back(server: Postgres, tmp_path: Path) -> None:
    before = privileges(server)
    answer = asked(server, tmp_path, *SQL)
    assert answer.code == 1
    proven = [finding["remedies"][0]["proven"] for finding in answer.report["findings"]]
    assert proven == [True] * len(proven)
    assert len(proven) >= 3
    assert privileges(server) == before
    assert server.sql("SELECT last_value, is_called FROM sales.orders_id_seq", database="sales") == [(1, False)]


def test_proven_by_execution_when_asked_for(server: Postgres, tmp_path: Path) -> None:
    answer = asked(server, tmp_path, *SQL, "--prove")
    assert all(finding["remedies"][0]["proven"] for finding in answer.report["findings"])
    assert server.sql("SELECT count(*) FROM sales.orders", database="sales") == [(0,)]


def test_real_applies_them_and_walks_again(server: Postgres, tmp_path: Path) -> None:
    answer = asked(server, tmp_path, *SQL, "--real")
    assert answer.code == 0, answer.text
    assert answer.report["walks"][0]["outcome"] == "in"
    applied = answer.report["applied"]
    assert {one["by"] for one in applied} == {f"boss@{server.host}:{server.port}/postgres"}
    assert [one["failed"] for one in applied] == [""] * len(applied)
    assert asked(server, tmp_path, *SQL).code == 0


def test_real_for_a_refused_login(server: Postgres, tmp_path: Path) -> None:
    server.sql("REVOKE CONNECT ON DATABASE sales FROM PUBLIC")
    dry = asked(server, tmp_path)
    assert dry.report["findings"][0]["remedies"][0]["proven"] is None
    assert "applied" not in dry.report
    real = asked(server, tmp_path, "--real")
    assert (real.code, real.report["walks"][0]["outcome"]) == (0, "in")
    assert real.report["applied"][0]["remedy"]["text"] == "GRANT CONNECT ON DATABASE sales TO etl;"


def test_real_as_text_tells_both_walks(server: Postgres, tmp_path: Path) -> None:
    server.sql("ALTER ROLE etl NOLOGIN")
    dsn = f"postgresql://boss:{BOSS}@{server.host}:{server.port}/postgres"
    answer = why(server, tmp_path, "warehouse", "--real", SAFECONDUCT_ADMIN_DSN=dsn)
    assert answer.code == 0
    first, _, second = answer.text.partition("Applied by boss@")
    assert "x authentication  refused: " in first
    assert "ALTER ROLE etl LOGIN;" in second
    assert "  session         open, read-write" in second


def test_what_has_several_causes_or_is_no_sql_is_not_applied(server: Postgres, tmp_path: Path) -> None:
    server.hba(["host all boss all scram-sha-256", "host all all all reject"])
    answer = asked(server, tmp_path, "--real")
    assert answer.code == 1
    assert "applied" not in answer.report


def test_a_grant_that_only_warned_does_not_help_and_is_said_not_to(server: Postgres, tmp_path: Path) -> None:
    """GRANT without the grant option succeeds with WARNING 01007 and grants nothing."""
    server.create_role("deputy", BOSS)
    server.sql("GRANT etl TO deputy; GRANT CONNECT ON DATABASE sales TO deputy")
    server.sql(
        "GRANT USAGE ON SCHEMA sales TO etl, deputy; GRANT SELECT ON sales.orders TO deputy;"
        "GRANT INSERT ON sales.orders TO deputy WITH GRANT OPTION",
        database="sales",
    )
    answer = asked(server, tmp_path, "--table", "sales.orders:SELECT", "--real", user="deputy")
    assert answer.code == 1
    (finding,) = answer.report["findings"]
    assert finding["remedies"][0]["proven"] is not True
    assert "applied" not in answer.report


def test_an_administrator_of_less_rights_proves_less_and_says_so(server: Postgres, tmp_path: Path) -> None:
    server.create_role("owner", BOSS)
    server.sql("ALTER TABLE sales.orders OWNER TO owner; GRANT USAGE ON SCHEMA sales TO etl, owner", database="sales")
    answer = asked(server, tmp_path, "--sql", "SELECT id FROM sales.orders", user="owner")
    (finding,) = answer.report["findings"]
    assert finding["remedies"][0]["proven"] is None
    assert finding["evidence"]["rehearsal"] == "the administrator may not act as etl"


def test_real_needs_an_administrator(server: Postgres, tmp_path: Path) -> None:
    answer = why(server, tmp_path, "warehouse", "--real")
    assert answer.code == 2
    assert "--admin" in answer.text
