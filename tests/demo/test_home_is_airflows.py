"""A real Airflow 2.11.2 takes the demonstration's home for its own."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from safeconduct.demo.home import AirflowHome, Row
from safeconduct.model import Connection, Secret
from tests.servers.airflow import Airflow

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.fixtures import AirflowHomes

VERSION = "2.11.2"


@pytest.fixture
def real(airflow_homes: AirflowHomes, tmp_path: Path) -> Airflow:
    return airflow_homes.lend(VERSION, tmp_path / "real")


@pytest.fixture
def ours(real: Airflow, tmp_path: Path) -> Airflow:
    home = AirflowHome(tmp_path / "ours")
    connection = Connection(
        "crm", "postgres", "db", 5432, "dwh", "etl", Secret("pä%ss"), Secret('{"sslmode": "require"}')
    )
    home.write([Row(connection, "old")])
    return Airflow(real.programs, home.directory)


def test_it_reads_a_connection_that_the_old_key_encrypted(ours: Airflow) -> None:
    (row,) = json.loads(ours.cli("connections", "get", "crm", "-o", "json").output)
    assert (row["password"], row["login"], row["schema"]) == ("pä%ss", "etl", "dwh")
    assert "require" in str(row["extra_dejson"])


def test_its_tables_are_those_of_airflow(real: Airflow, ours: Airflow) -> None:
    tables = _tables(ours.home / "airflow.db")
    assert set(tables) == {"alembic_version", "connection", "trigger", "variable"}
    theirs = _tables(real.home / "airflow.db")
    assert tables == {name: theirs[name] for name in tables}
    assert _rows(ours.home / "airflow.db") == _rows(real.home / "airflow.db")


def _tables(database: Path) -> dict[str, str]:
    with closing(sqlite3.connect(database)) as metadata:
        rows = metadata.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
    return {name: " ".join(sql.split()) for name, sql in rows}


def _rows(database: Path) -> list[tuple[str]]:
    with closing(sqlite3.connect(database)) as metadata:
        return metadata.execute("SELECT version_num FROM alembic_version").fetchall()
