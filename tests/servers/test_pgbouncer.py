"""The PgBouncer of the tests pools for a real PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.servers.certificates import Authority

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.pgbouncer import PgBouncer
    from tests.servers.postgres import Postgres


def test_a_session_goes_through_the_pooler(pgbouncer: PgBouncer, postgres: Postgres) -> None:
    postgres.create_role("etl", 'se"cret')
    pgbouncer.add_user("etl", 'se"cret')
    with pgbouncer.login("etl", 'se"cret') as session:
        assert session.execute("SELECT current_user").fetchone() == ("etl",)
        assert session.info.port == pgbouncer.port
    assert ("etl", "postgres") in [(row[1], row[0]) for row in pgbouncer.console("SHOW POOLS")]


def test_a_stranger_is_refused_and_the_log_says_so(pgbouncer: PgBouncer) -> None:
    with pgbouncer.log_contains("no such user"), pytest.raises(psycopg.OperationalError, match="SASL auth"):
        pgbouncer.login("nobody", "x")


def test_settings_databases_and_tls(pgbouncer: PgBouncer, postgres: Postgres, tmp_path: Path) -> None:
    postgres.create_role("etl", "secret")
    pgbouncer.add_user("etl", "secret")
    pgbouncer.conf({"pool_mode": "transaction"})
    pgbouncer.database("alias", f"host={postgres.host} port={postgres.port} dbname=template1")
    authority = Authority(tmp_path)
    pgbouncer.enable_tls(authority, mode="require")
    with pytest.raises(psycopg.OperationalError, match="SSL required"):
        pgbouncer.login("etl", "secret", sslmode="disable")
    with pgbouncer.login("etl", "secret", "alias", sslmode="verify-full", sslrootcert=authority.file) as session:
        assert session.execute("SELECT current_database()").fetchone() == ("template1",)
    assert ("pool_mode", "transaction") in [row[:2] for row in pgbouncer.console("SHOW CONFIG")]
