"""The PostgreSQL of the tests does what its verbs say, in every version."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.servers.postgres import HBA_LINE

if TYPE_CHECKING:
    from tests.servers.postgres import Postgres


def test_a_role_logs_in_with_its_password_only(any_postgres: Postgres) -> None:
    any_postgres.create_role("etl", "right")
    any_postgres.login("etl", "right").close()
    with any_postgres.log_contains('password authentication failed for user "etl"'), pytest.raises(psycopg.Error):
        any_postgres.login("etl", "wrong")


def test_each_version_is_the_one_asked_for(any_postgres: Postgres, request: pytest.FixtureRequest) -> None:
    (asked,) = [p for p in request.node.callspec.params.values() if isinstance(p, int)]
    assert any_postgres.version == asked
    assert any_postgres.sql("SHOW server_version_num")[0][0].startswith(str(asked))


def test_tls_is_served_and_verified(any_tls_postgres: Postgres) -> None:
    any_tls_postgres.create_role("etl", "right")
    root = any_tls_postgres.folder / "tls" / "authority.crt"
    with any_tls_postgres.login("etl", "right", sslmode="verify-full", sslrootcert=root) as session:
        assert session.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").fetchone() == (True,)


def test_an_expired_certificate_is_refused_by_clients(postgres: Postgres) -> None:
    authority = postgres.enable_tls(None, "127.0.0.1", expired=True)
    with pytest.raises(psycopg.OperationalError, match="certificate"):
        postgres.login("etl", "any", sslmode="verify-full", sslrootcert=authority.file)


def test_reset_takes_everything_back(any_postgres: Postgres) -> None:
    server = any_postgres
    server.create_role("etl", "right")
    server.create_database("sales", owner="etl")
    server.sql("CREATE TABLE t (id int); GRANT SELECT ON t TO etl; GRANT ALL ON SCHEMA public TO etl")
    server.sql("ALTER ROLE etl SET work_mem = '1MB'; REVOKE CONNECT ON DATABASE postgres FROM PUBLIC")
    server.sql("ALTER ROLE postgres PASSWORD 'x' CONNECTION LIMIT 9")
    server.hba(["host all all all reject"])
    server.conf({"max_connections": 20, "log_min_messages": "info"})
    server.enable_tls()
    pid = server.pid
    server.reset()
    assert server.sql("SELECT datname FROM pg_database ORDER BY 1") == [
        ("postgres",),
        ("template0",),
        ("template1",),
    ]
    assert server.sql("SELECT 1 FROM pg_roles WHERE rolname = 'etl'") == []
    assert server.sql("SELECT 1 FROM pg_class WHERE relname = 't'") == []
    assert server.sql("SHOW max_connections") == [("30",)]
    assert server.sql("SHOW ssl") == [("off",)]
    assert server.sql("SELECT rolpassword, rolconnlimit FROM pg_authid WHERE rolname = 'postgres'") == [(None, -1)]
    assert server.pid != pid, "max_connections needs a restart"


def test_hba_lines_are_cut_back(postgres: Postgres) -> None:
    postgres.hba(["host all all 127.0.0.1/32 reject"])
    with pytest.raises(psycopg.OperationalError, match="rejects connection"):
        postgres.login("postgres", "")
    lines = postgres.sql("SELECT line_number, auth_method FROM pg_hba_file_rules WHERE type = 'host'")
    assert lines == [(HBA_LINE, "reject")]
    postgres.reset()
    assert postgres.sql("SELECT auth_method FROM pg_hba_file_rules WHERE type = 'host'") == [("scram-sha-256",)]


def test_the_log_is_of_this_test(postgres: Postgres) -> None:
    assert postgres.log.text == ""
    with pytest.raises(AssertionError, match="does not say"), postgres.log_contains("never said", seconds=0.05):
        postgres.sql("SELECT 1")
    assert "connection authorized" in postgres.log.text
