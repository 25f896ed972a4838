"""A metadata database on a real PostgreSQL, read over our own session, and explained where it cannot be entered."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from safeconduct.airflow.database_url import parse_database_url
from safeconduct.airflow.metadata import MetadataDatabase
from safeconduct.airflow.metadata_rows import ConnectionRow
from safeconduct.model import Finding, Secret, Unjudged
from safeconduct.postgres.metadata_reader import PostgresReader, postgres_reader
from tests.servers.pgbouncer import PgBouncer
from tests.servers.postgres import Postgres

PASSWORD = "Airflow-7"
DDL = (files("safeconduct.demo") / "sql" / "airflow_2_11.sql").read_text()
ROWS = """INSERT INTO connection (id, conn_id, conn_type, host, port, password, is_encrypted, is_extra_encrypted)
  VALUES (1, 'warehouse', 'postgres', 'db', 5432, 'token', true, NULL),
         (2, 'Ärger "x"', 'http', NULL, NULL, NULL, false, false)"""


def database(port: int, *, password: str = PASSWORD, name: str = "meta", schema: str = "") -> MetadataDatabase:
    reader = reader_at(f"postgresql+psycopg2://airflow:{password}@127.0.0.1:{port}/{name}", schema)
    assert isinstance(reader, PostgresReader)
    return MetadataDatabase(reader)


def reader_at(url: str, schema: str = "") -> PostgresReader | Finding | Unjudged:
    parsed = parse_database_url(Secret(url))
    assert parsed
    return postgres_reader(parsed, 5, schema, {}, None)


def fill(server: Postgres, schema: str = "public") -> None:
    server.create_role("airflow", PASSWORD)
    server.create_database("meta", "airflow")
    own = f"CREATE SCHEMA IF NOT EXISTS {schema} AUTHORIZATION airflow; SET ROLE airflow; SET search_path = {schema};"
    server.sql("ALTER SCHEMA public OWNER TO airflow", database="meta")
    server.sql(f"{own} {DDL} {ROWS}", database="meta")


def refused(found: object) -> Finding:
    assert isinstance(found, Finding), found
    return found


def test_rows_come_as_they_are_stored(any_postgres: Postgres) -> None:
    fill(any_postgres)
    meta = database(any_postgres.port)
    row = meta.row("warehouse")
    assert isinstance(row, ConnectionRow)
    assert (row.host, row.port, row.is_encrypted, row.is_extra_encrypted) == ("db", 5432, True, False)
    assert row.password == Secret("token")
    assert meta.row("nothing") is None
    assert sorted(meta.conn_ids()) == ["warehouse", 'Ärger "x"']  # type: ignore[arg-type]


def test_a_schema_of_its_own(postgres: Postgres) -> None:
    fill(postgres, '"Air Flow"')
    assert isinstance(database(postgres.port, schema="Air Flow").row("warehouse"), ConnectionRow)
    assert refused(database(postgres.port).conn_ids()).rule == "airflow.metadata.not-airflow"


def test_through_a_pgbouncer(postgres: Postgres, pgbouncer: PgBouncer) -> None:
    fill(postgres)
    pgbouncer.conf({"pool_mode": "transaction"})
    pgbouncer.add_user("airflow", PASSWORD)
    assert isinstance(database(pgbouncer.port).rows(), list)


def test_a_refused_login_is_explained_by_its_rung(postgres: Postgres) -> None:
    fill(postgres)
    postgres.sql("REVOKE CONNECT ON DATABASE meta FROM PUBLIC, airflow")
    postgres.sql("ALTER DATABASE meta OWNER TO postgres")
    finding = refused(database(postgres.port).rows())
    assert finding.rule == "airflow.metadata.unreachable"
    assert finding.message.endswith("cannot be read: airflow may not connect to meta")
    assert finding.evidence["rule"] == "postgres.database.connect-missing"
    assert [remedy.text for remedy in finding.remedies] == ["GRANT CONNECT ON DATABASE meta TO airflow;"]
    postgres.sql(finding.remedies[0].text)
    assert refused(database(postgres.port, password="another").rows()).evidence["sqlstate"] == "28P01"
    assert isinstance(database(postgres.port).rows(), list)


def test_a_refused_password_is_sent_once(postgres: Postgres) -> None:
    fill(postgres)
    meta = database(postgres.port, password="another")
    first = meta.row("warehouse")
    assert (meta.rows(), meta.conn_ids()) == (first, first)
    assert postgres.log.text.count("password authentication failed") == 1
    assert "another" not in repr(first)


def test_no_database_of_airflow(postgres: Postgres) -> None:
    postgres.create_role("airflow", PASSWORD)
    postgres.create_database("meta", "airflow")
    finding = refused(database(postgres.port).rows())
    assert (finding.rule, finding.evidence["error"][:5]) == ("airflow.metadata.not-airflow", "42P01")


def test_another_version(postgres: Postgres) -> None:
    fill(postgres)
    postgres.sql("ALTER TABLE connection DROP COLUMN description", database="meta")
    finding = refused(database(postgres.port).rows())
    assert finding.rule == "airflow.metadata.other-version"
    assert finding.evidence["columns missing"] == "description"
    assert finding.evidence["alembic version"] == "5f2621c13b39"


def test_the_version_of_the_migrations_stands_in_public_whatever_the_schema(postgres: Postgres) -> None:
    fill(postgres)
    postgres.sql(
        "CREATE SCHEMA flow AUTHORIZATION airflow; ALTER TABLE connection SET SCHEMA flow;"
        "ALTER TABLE flow.connection DROP description",
        database="meta",
    )
    assert refused(database(postgres.port, schema="flow").rows()).evidence["alembic version"] == "5f2621c13b39"


def test_a_table_that_may_not_be_read(postgres: Postgres) -> None:
    fill(postgres)
    postgres.sql("ALTER TABLE connection OWNER TO postgres; REVOKE ALL ON connection FROM airflow", database="meta")
    finding = refused(database(postgres.port).rows())
    assert finding.rule == "airflow.metadata.unreachable"
    assert finding.evidence["error"] == "42501 permission denied for table connection"


def test_a_server_that_asks_for_kerberos_is_not_judged(postgres: Postgres) -> None:
    fill(postgres)
    postgres.hba(["host all all all gss"])
    found = database(postgres.port).rows()
    assert isinstance(found, Unjudged)
    assert "gss" in found.reason


@pytest.mark.parametrize(
    ("url", "label"),
    [
        ("postgresql://u:p@a/x?sslmode=require", "PostgreSQL u@a:5432/x"),
        ("postgresql://u:p@/x?host=a:1&host=b:2", "PostgreSQL u@a:1,b:2/x"),
        ("postgresql://u:p@/x?host=a,b&port=1,2", "PostgreSQL u@a:1,b:2/x"),
        ("postgresql://u:p@/x?host=a:6432", "PostgreSQL u@a:6432/x"),
        ("postgresql://u:p@[::1]:6432/x", "PostgreSQL u@[::1]:6432/x"),
    ],
)
def test_the_url_leads_where_sqlalchemy_would_go(url: str, label: str) -> None:
    reader = reader_at(url)
    assert isinstance(reader, PostgresReader)
    assert reader.label == label


def test_options_that_libpq_does_not_know_are_refused() -> None:
    assert refused(reader_at("postgresql://u:p@a/x?charset=utf8")).rule == "postgres.option.unknown"


def test_the_password_file_counts(postgres: Postgres, tmp_path: Path) -> None:
    fill(postgres)
    (tmp_path / ".pgpass").write_text(f"127.0.0.1:{postgres.port}:meta:airflow:{PASSWORD}\n")
    (tmp_path / ".pgpass").chmod(0o600)
    url = parse_database_url(Secret(f"postgresql://airflow@127.0.0.1:{postgres.port}/meta"))
    assert url
    reader = postgres_reader(url, 5, "", {}, tmp_path)
    assert isinstance(reader, PostgresReader)
    assert isinstance(MetadataDatabase(reader).rows(), list)
