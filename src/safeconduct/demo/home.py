"""An Airflow home: airflow.cfg with two Fernet keys, and a metadata database of Airflow 2.11 on SQLite."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from importlib.resources import files
from typing import TYPE_CHECKING

from safeconduct.model import Secret

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from safeconduct.model import Connection


@dataclass(frozen=True)
class Keyring:
    """Fernet keys: `new` encrypts, `old` still opens rows, `lost` opens rows but is configured nowhere."""

    new: Secret
    old: Secret
    lost: Secret

    def encrypt(self, name: str, text: Secret) -> str:
        """The token for this text under the key of this name."""
        from cryptography.fernet import Fernet

        key: Secret = getattr(self, name)
        return Fernet(key.reveal().encode()).encrypt(text.reveal().encode()).decode()


def new_keyring() -> Keyring:
    """Three fresh keys."""
    from cryptography.fernet import Fernet

    new, old, lost = (Secret(Fernet.generate_key().decode()) for _ in range(3))
    return Keyring(new, old, lost)


@dataclass(frozen=True)
class Row:
    """A connection and the name of the key that encrypts it."""

    connection: Connection
    key: str = "new"


@dataclass(frozen=True)
class AirflowHome:
    """The directory that AIRFLOW_HOME names."""

    directory: Path
    keyring: Keyring = field(default_factory=new_keyring)

    def write(self, rows: Iterable[Row]) -> None:
        """Write airflow.cfg and the metadata database. Raises OSError and sqlite3.Error."""
        self.directory.mkdir(mode=0o700)
        database = self.directory / "airflow.db"
        configuration = self.directory / "airflow.cfg"
        configuration.touch(mode=0o600)
        configuration.write_text(
            "[core]\n"
            f"fernet_key = {self.keyring.new.reveal()},{self.keyring.old.reveal()}\n\n"
            "[database]\n"
            f"sql_alchemy_conn = sqlite:///{_uninterpolated(database)}\n",
            encoding="utf-8",
        )
        with closing(sqlite3.connect(database)) as metadata, metadata:
            metadata.executescript(files("safeconduct.demo").joinpath("sql/airflow_2_11.sql").read_text("utf-8"))
            metadata.executemany(_INSERT, (self._values(row) for row in rows))

    def _values(self, row: Row) -> tuple[object, ...]:
        it = row.connection
        password = self.keyring.encrypt(row.key, it.password) if it.password else None
        extra = self.keyring.encrypt(row.key, it.extra) if it.extra else None
        return (
            it.conn_id, it.conn_type, it.description, it.host, it.schema, it.login, it.port,
            password, password is not None, extra, extra is not None,
        )  # fmt: skip


_INSERT = """
    INSERT INTO connection (conn_id, conn_type, description, host, schema, login, port,
                            password, is_encrypted, extra, is_extra_encrypted)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


def _uninterpolated(path: Path) -> str:
    """The path as airflow.cfg must hold it: a percent sign would begin an interpolation."""
    return str(path).replace("%", "%%")
