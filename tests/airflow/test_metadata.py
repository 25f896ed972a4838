"""The metadata database as it is stored, of real Airflows on SQLite and PostgreSQL; read, and never written."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import pytest

from safeconduct.airflow.metadata import MetadataDatabase
from safeconduct.airflow.metadata_rows import ConnectionRow
from safeconduct.model import Finding, Secret, Stage
from tests.secrets.metadata_file import DDL, MetadataFile, database_at, told_by
from tests.servers.processes import free_port

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.airflow import Airflow
    from tests.servers.postgres import Postgres

SECRET = "Pl4nted-Secret"
COLUMNS = [field.name for field in fields(ConnectionRow)]
ODD = r"a#b!(c)-d.e:f/g\h"
STORED: tuple[dict[str, Any], ...] = (
    {
        "conn_id": "warehouse", "conn_type": "postgres", "host": "db.example.com", "port": 5433, "schema": "sales",
        "login": "etl", "password": SECRET, "extra": json.dumps({"sslpassword": SECRET}), "description": "ä 'x' %s :y",
    },
    {"conn_id": ODD, "conn_type": "postgres", "password": "p%2@:/ä€'\"\\ "},
    {"conn_id": "bare", "conn_type": "http"},
    {"conn_id": "Bare", "conn_type": "http"},
)  # fmt: skip
STORE = """
from sqlalchemy import select
store(stored)
table = Connection.__table__
with create_session() as session:
    tell([list(row) for row in session.execute(select(*[table.c[name] for name in columns]))])
"""


@pytest.fixture
def metadata(tmp_path: Path) -> MetadataFile:
    return MetadataFile(tmp_path / "airflow.db")


def finding(answer: object) -> Finding:
    assert isinstance(answer, Finding), answer
    assert (answer.stage, answer.subject) == (Stage.DEFINITION, "metadata database")
    assert SECRET not in repr(answer)
    return answer


def rows(database: MetadataDatabase) -> list[ConnectionRow]:
    found = database.rows()
    assert isinstance(found, list), found
    assert SECRET not in repr(found)
    return found


def as_stored(row: ConnectionRow) -> list[Any]:
    values = [getattr(row, name) for name in COLUMNS]
    return [value.reveal() if isinstance(value, Secret) else value for value in values]


def assert_same(database: MetadataDatabase, theirs: list[list[Any]]) -> None:
    """Row by row what Airflow stored; its flags may be NULL, which is not set."""
    expected = {row[0]: [*row[:-2], bool(row[-2]), bool(row[-1])] for row in theirs}
    assert {row.conn_id: as_stored(row) for row in rows(database)} == expected
    assert sorted(expected) == sorted(fields["conn_id"] for fields in STORED)
    assert database.conn_ids() == tuple(row.conn_id for row in rows(database)) == tuple(sorted(expected))
    row = database.row(ODD)
    assert isinstance(row, ConnectionRow)
    assert as_stored(row) == expected[ODD]
    assert [database.row(conn_id) for conn_id in ("BARE", "bar%", "b_re", "", "' OR ''='")] == [None] * 5


def test_rows_are_those_that_airflow_stored_in_its_file(any_airflow: Airflow) -> None:
    theirs = told_by(any_airflow, STORE, stored=STORED, columns=COLUMNS)
    file = any_airflow.home / "airflow.db"
    before = file.read_bytes()
    assert_same(database_at(f"sqlite:///{file}"), theirs)
    assert file.read_bytes() == before


def test_rows_are_those_that_airflow_stored_in_its_schema(any_airflow: Airflow, postgres: Postgres) -> None:
    url = own_database(postgres)
    postgres.sql('CREATE SCHEMA "Air Flow" AUTHORIZATION airflow', database="airflow")
    settings = {"SQL_ALCHEMY_CONN": url, "SQL_ALCHEMY_SCHEMA": "Air Flow"}
    any_airflow.settings.update({f"AIRFLOW__DATABASE__{name}": value for name, value in settings.items()})
    any_airflow.migrate()
    theirs = told_by(any_airflow, STORE, stored=STORED, columns=COLUMNS)
    assert_same(database_at(url, "Air Flow"), theirs)
    assert finding(database_at(url).rows()).rule == "airflow.metadata.not-airflow"
    postgres.sql('ALTER TABLE "Air Flow".connection SET SCHEMA public', database="airflow")
    assert_same(database_at(url), theirs)
    assert finding(database_at(url, "Air Flow").rows()).rule == "airflow.metadata.not-airflow"


def own_database(server: Postgres) -> str:
    server.create_role("airflow", SECRET)
    server.create_database("airflow", "airflow")
    return f"postgresql+psycopg2://airflow:{SECRET}@{server.host}:{server.port}/airflow"


def test_postgresql_is_asked_by_select_alone(postgres: Postgres) -> None:
    url = own_database(postgres)
    postgres.sql(DDL + "GRANT SELECT ON ALL TABLES IN SCHEMA public TO airflow", database="airflow")
    postgres.sql("ALTER ROLE airflow SET default_transaction_read_only = on")
    postgres.conf({"log_statement": "all"})
    postgres.log.mark()
    database = database_at(url)
    assert (database.rows(), database.conn_ids(), database.row("x")) == ([], (), None)
    postgres.sql("ALTER TABLE connection DROP COLUMN extra", database="airflow")
    assert finding(database.rows()).rule == "airflow.metadata.other-version"
    asked = re.findall(r"airflow@airflow LOG:  (?:execute|statement).*?: (?:--.*\n\s*)*(\w+)", postgres.log.text)
    assert len(asked) >= 5
    assert set(asked) == {"SELECT"}


def test_a_postgresql_that_is_down_is_not_tried_twice(postgres: Postgres) -> None:
    port = free_port()
    database = database_at(f"postgresql://airflow:{SECRET}@127.0.0.1:{port}/meta")
    answer = finding(database.rows())
    assert answer.rule == "airflow.metadata.unreachable"
    assert answer.evidence["database"] == f"PostgreSQL airflow@127.0.0.1:{port}/meta"
    assert answer.evidence["rule"] == "postgres.port.refused"
    assert (database.row("x"), database.conn_ids()) == (answer, answer)


@pytest.mark.parametrize("version", [None, "", "5f2621c13b39"])
def test_a_table_of_another_version_says_what_it_lacks(version: str | None, metadata: MetadataFile) -> None:
    metadata.sql("ALTER TABLE connection DROP COLUMN description")
    metadata.sql("ALTER TABLE connection DROP COLUMN is_extra_encrypted")
    metadata.sql("UPDATE alembic_version SET version_num = ?", version or "")
    if version is None:
        metadata.sql("DROP TABLE alembic_version")
    answer = finding(metadata.database().rows())
    assert answer.rule == "airflow.metadata.other-version"
    assert answer.message == f"SQLite file {metadata.path} has a table connection with another layout"
    assert answer.evidence == {
        "database": f"SQLite file {metadata.path}",
        "error": "no such column: c.description",
        "columns missing": "description, is_extra_encrypted",
        "alembic version": version or "none",
    }


def test_columns_that_came_later_are_passed_over(metadata: MetadataFile) -> None:
    metadata.sql("ALTER TABLE connection ADD COLUMN team_name TEXT")
    metadata.add("warehouse", team_name="x")
    assert [row.conn_id for row in rows(metadata.database())] == ["warehouse"]


@pytest.mark.parametrize("ddl", ["", "CREATE TABLE connections (conn_id TEXT)"], ids=["empty", "another table"])
def test_a_database_of_somebody_else(ddl: str, tmp_path: Path) -> None:
    answer = finding(MetadataFile(tmp_path / "x.db", ddl).database().rows())
    assert answer.rule == "airflow.metadata.not-airflow"
    assert answer.message == f"SQLite file {tmp_path / 'x.db'} is no Airflow database: it has no table connection"
    assert answer.evidence["error"] == "no such table: connection"


def test_a_row_of_nothing_but_nulls_is_a_row(tmp_path: Path) -> None:
    bare = f"CREATE TABLE connection ({', '.join(COLUMNS)}); INSERT INTO connection (conn_id) VALUES (NULL)"
    (row,) = rows(MetadataFile(tmp_path / "x.db", bare).database())
    assert as_stored(row) == ["", *[None] * 8, False, False]


@pytest.mark.parametrize(
    ("stored", "flag"),
    [(1, True), ("1", True), ("true", True), ("t", True), (0, False), ("false", False), ("f", False), (None, False)],
)
def test_a_flag_is_read_as_it_was_meant(stored: object, flag: bool, metadata: MetadataFile) -> None:
    metadata.add("a", is_encrypted=stored, is_extra_encrypted=stored)
    (row,) = rows(metadata.database())
    assert (row.is_encrypted, row.is_extra_encrypted) == (flag, flag)


def test_a_port_that_is_no_number_is_one_that_nobody_takes(metadata: MetadataFile) -> None:
    for conn_id, port in {"a": "5432", "b": "x", "c": None, "d": 0}.items():
        metadata.add(conn_id, port=port)
    assert [row.port for row in rows(metadata.database())] == [5432, -1, None, 0]
