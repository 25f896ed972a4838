"""A metadata database in a SQLite file, made by Airflow's own DDL and written by hand, row by row."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from safeconduct.airflow.metadata import MetadataDatabase
from safeconduct.airflow.metadata_reader import MetadataReader
from safeconduct.model import Secret
from safeconduct.secrets import MetadataBackend, MetadataPlace, read_keyring, reader_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.airflow import Airflow

DDL = (files("safeconduct.demo") / "sql" / "airflow_2_11.sql").read_text()
URL_OPTION = "airflow.cfg [database] sql_alchemy_conn"
KEY_OPTION = "airflow.cfg [core] fernet_key"


def database_at(url: str, schema: str = "", timeout: float = 5) -> MetadataDatabase:
    """The metadata database behind this sql_alchemy_conn."""
    reader = reader_of(MetadataPlace(Secret(url), URL_OPTION, schema), timeout)
    assert isinstance(reader, MetadataReader), reader
    return MetadataDatabase(reader)


class MetadataFile:
    """A file with Airflow's tables and no connections yet."""

    def __init__(self, path: Path, ddl: str = DDL) -> None:
        self.path = path
        with closing(sqlite3.connect(path)) as database:
            database.executescript(ddl)

    def sql(self, statement: str, *parameters: Any) -> None:
        """Run a statement and commit it."""
        with closing(sqlite3.connect(self.path)) as database, database:
            database.execute(statement, parameters)

    def add(self, conn_id: str, **columns: Any) -> None:
        """Insert a row with these columns, the others NULL."""
        values = {"conn_id": conn_id, "conn_type": "postgres", **columns}
        names, marks = ", ".join(values), ", ".join("?" * len(values))
        self.sql(f"INSERT INTO connection ({names}) VALUES ({marks})", *values.values())

    def database(self, timeout: float = 5) -> MetadataDatabase:
        """It, opened for reading as `safeconduct` does."""
        return database_at(f"sqlite:///{self.path}", timeout=timeout)

    def backend(self, key: str | None = "") -> MetadataBackend:
        """Its connections, opened with what [core] fernet_key is (None for: not there at all)."""
        return MetadataBackend(self.database(), read_keyring(None if key is None else Secret(key), KEY_OPTION))


def told_by(airflow: Airflow, code: str, **values: Any) -> Any:
    """What Python code within Airflow hands to `tell`; the values are there under their names."""
    given = "".join(f"{name} = {value!r}\n" for name, value in values.items())
    said = airflow.python(f"{_PREAMBLE}{given}{code}").output
    return json.loads(said.partition("TOLD")[2])


_PREAMBLE = """
import json, os
from airflow.models import crypto
from airflow.models.connection import Connection
from airflow.utils.session import create_session

def tell(answer):
    print("TOLD" + json.dumps(answer))

def store(connections):
    with create_session() as session:
        session.query(Connection).delete()
        session.add_all([Connection(**fields) for fields in connections])
"""
