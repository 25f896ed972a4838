"""Airflow's tables that keep ciphertext, in a SQLite file, a PostgreSQL and a MariaDB, filled as a test needs it."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import psycopg
import pymysql
from cryptography.fernet import InvalidToken

from safeconduct.airflow.metadata_reader import MetadataReader
from safeconduct.model import Secret
from safeconduct.secrets import MetadataPlace, reader_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from cryptography.fernet import Fernet

    from tests.servers.mariadb import MariaDb
    from tests.servers.postgres import Postgres

PASSWORD = "Pl4nted-Word"
COLUMNS = {
    "connection": (("password", "is_encrypted"), ("extra", "is_extra_encrypted")),
    "variable": (("val", "is_encrypted"),),
    "trigger": (("kwargs", ""),),
    "connection_test_request": (("password", "is_encrypted"), ("extra", "is_extra_encrypted")),
}
_NAMES = {
    "connection": "conn_id",
    "variable": "key",
    "trigger": "classpath",
    "connection_test_request": "connection_id",
}
_KEYS = {"sqlite": "INTEGER PRIMARY KEY", "postgresql": "SERIAL PRIMARY KEY", "mysql": "INT AUTO_INCREMENT PRIMARY KEY"}
_UUIDS = {"sqlite": "CHAR(32) PRIMARY KEY", "postgresql": "UUID PRIMARY KEY", "mysql": "CHAR(32) PRIMARY KEY"}


@dataclass(frozen=True)
class Tables:
    """A database with the tables. `url` is its sql_alchemy_conn, `connect` opens it by its driver."""

    url: str
    kind: str
    connect: Callable[[], Any]

    def make(self) -> None:
        """Create the tables as 3.3 has them, of their columns those that matter."""
        key, uuid = _KEYS[self.kind], _UUIDS[self.kind]
        self.sql(
            f"CREATE TABLE connection (id {key}, conn_id VARCHAR(250) UNIQUE, conn_type VARCHAR(500),"
            f" host VARCHAR(500), {self.quoted('schema')} VARCHAR(500), login TEXT, password TEXT, port INTEGER,"
            " extra TEXT, description TEXT, is_encrypted BOOLEAN, is_extra_encrypted BOOLEAN)"
        )
        self.sql(
            f"CREATE TABLE variable (id {key}, {self.quoted('key')} VARCHAR(250) UNIQUE, val TEXT, description TEXT,"
            " is_encrypted BOOLEAN)"
        )
        self.sql(f"CREATE TABLE {self.quoted('trigger')} (id {key}, classpath VARCHAR(1000), kwargs TEXT)")
        self.sql(
            f"CREATE TABLE connection_test_request (id {uuid}, connection_id VARCHAR(250), password TEXT, extra TEXT,"
            " is_encrypted BOOLEAN, is_extra_encrypted BOOLEAN)"
        )

    def quoted(self, name: str) -> str:
        """A name that is a keyword somewhere."""
        return f"`{name}`" if self.kind == "mysql" else f'"{name}"'

    def sql(self, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a statement with `?` parameters, commit it, and return its rows."""
        with closing(self.connect()) as database:
            cursor = database.cursor()
            cursor.execute(self._marked(statement), tuple(parameters))
            rows = list(cursor.fetchall()) if cursor.description else []
            database.commit()
        return rows

    def add(self, table: str, *rows: Mapping[str, Any], **values: Any) -> None:
        """Insert a row, or several of the same columns."""
        rows = rows or (values,)
        names = ", ".join(map(self.quoted, rows[0]))
        statement = f"INSERT INTO {self.quoted(table)} ({names}) VALUES ({', '.join('?' * len(rows[0]))})"
        with closing(self.connect()) as database:
            database.cursor().executemany(self._marked(statement), [tuple(row.values()) for row in rows])
            database.commit()

    def _marked(self, statement: str) -> str:
        return statement if self.kind == "sqlite" else statement.replace("?", "%s")

    def fill(self, key: Fernet, rows: int) -> None:
        """So many connections, half as many variables, some triggers and a request, all sealed with this key."""
        seal = partial(_sealed, key)
        flags = {"is_encrypted": True, "is_extra_encrypted": True}
        base = {"conn_type": "postgres", "host": "db", **flags}
        words = [f"{PASSWORD}-{number}" for number in range(rows)]
        self.add(
            "connection",
            *(
                {"conn_id": f"c{number}", **base, "password": seal(word), "extra": seal(f'{{"token": "{word}"}}')}
                for number, word in enumerate(words)
            ),
        )
        self.add(
            "variable",
            *({"key": f"v{number}", "val": seal(word), "is_encrypted": True} for number, word in enumerate(words[::2])),
        )
        self.add("trigger", *({"classpath": f"a.B{number}", "kwargs": seal('{"moment": 1}')} for number in range(3)))
        request = {"id": f"{1:032x}", "connection_id": "c0", "is_encrypted": True, "is_extra_encrypted": False}
        self.add("connection_test_request", **request, password=seal(PASSWORD))

    def kept(self) -> Mapping[tuple[str, str, str], tuple[str, bool]]:
        """What every cell holds, by table, name and column, and whether it is said to be a token."""
        found: dict[tuple[str, str, str], tuple[str, bool]] = {}
        for table, columns in COLUMNS.items():
            for column, flag in columns:
                name = self.quoted(_NAMES[table])
                rows = self.sql(f"SELECT {name}, {column}, {flag or '1'} FROM {self.quoted(table)}")
                found |= {(table, row[0], column): (row[1], bool(row[2])) for row in rows if row[1]}
        return found

    def digest(self, *keys: Fernet) -> str:
        """Of all plaintexts that these keys give, each with its place; what none opens counts as it stands."""
        digest = hashlib.sha256()
        for place, (text, encrypted) in sorted(self.kept().items()):
            digest.update(repr((place, opened(text, encrypted, keys))).encode())
        return digest.hexdigest()

    def reader(self, timeout: float = 20) -> MetadataReader:
        """How Safeconduct opens it."""
        found = reader_of(MetadataPlace(Secret(self.url), "airflow.cfg [database] sql_alchemy_conn"), timeout)
        assert isinstance(found, MetadataReader), found
        return found


def _sealed(key: Fernet, text: str) -> str:
    return key.encrypt(text.encode()).decode()


def opened(text: str, encrypted: bool, keys: Sequence[Fernet]) -> str:
    """The plaintext of a cell."""
    for key in keys:
        try:
            return key.decrypt(text.encode()).decode()
        except (InvalidToken, ValueError):
            continue
    return text


def sqlite_tables(path: Path) -> Tables:
    """In a new file."""
    tables = Tables(f"sqlite:///{path}", "sqlite", lambda: sqlite3.connect(path, timeout=30))
    tables.make()
    return tables


def postgres_tables(server: Postgres) -> Tables:
    """In a new database of the server."""
    server.create_role("airflow", "Airflow-7")
    server.create_database("airflow", "airflow")
    url = f"postgresql+psycopg2://airflow:Airflow-7@127.0.0.1:{server.port}/airflow"
    tables = Tables(url, "postgresql", lambda: psycopg.connect(url.replace("+psycopg2", "")))
    tables.make()
    return tables


def mariadb_tables(server: MariaDb) -> Tables:
    """In a new database of the server."""
    server.create_user("airflow", "Airflow-7")
    server.create_database("airflow", "airflow")
    given: dict[str, Any] = {
        "host": server.host,
        "port": server.port,
        "user": "airflow",
        "password": "Airflow-7",
        "database": "airflow",
    }
    url = f"mysql+mysqldb://airflow:Airflow-7@127.0.0.1:{server.port}/airflow"
    tables = Tables(url, "mysql", lambda: pymysql.connect(**given, charset="utf8mb4"))
    tables.make()
    return tables
