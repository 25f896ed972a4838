"""A metadata database full of credentials that one key has sealed, for a rotation to another."""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.fernet import Fernet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_AGE = 100 * 24 * 3600
"""Seconds: the tokens are of a hundred days ago."""


@dataclass(frozen=True)
class Size:
    """How many rows there are. `extras` says whether each connection has an extra, too."""

    connections: int
    variables: int = 0
    triggers: int = 0
    extras: bool = True


def fill(path: Path, size: Size, key: bytes) -> None:
    """Put so many rows into the tables that Airflow has made in this SQLite file, in place of what is there."""
    fernet, made = Fernet(key), int(time.time()) - _AGE

    def sealed(text: str) -> str:
        return fernet.encrypt_at_time(text.encode(), made).decode()

    with closing(sqlite3.connect(path)) as database, database:
        for table in ("connection", "variable", '"trigger"'):
            database.execute(f"DELETE FROM {table}")
        database.executemany(
            "INSERT INTO connection"
            " (conn_id, conn_type, host, login, password, extra, is_encrypted, is_extra_encrypted)"
            " VALUES (?, 'postgres', 'db.example.com', 'etl', ?, ?, 1, ?)",
            _connections(size, sealed),
        )
        database.executemany(
            'INSERT INTO variable ("key", val, is_encrypted) VALUES (?, ?, 1)',
            ((f"variable_{number}", sealed(f"the value of variable {number}")) for number in range(size.variables)),
        )
        database.executemany(
            'INSERT INTO "trigger" (classpath, kwargs, created_date) VALUES (?, ?, ?)',
            (
                ("a.b.Trigger", sealed(json.dumps({"moment": number})), "2026-01-01 00:00:00.000000")
                for number in range(size.triggers)
            ),
        )


def _connections(size: Size, sealed: object) -> Iterator[tuple[str, str, str | None, bool]]:
    assert callable(sealed)
    for number in range(size.connections):
        extra = sealed(json.dumps({"sslmode": "require", "number": number})) if size.extras else None
        yield f"connection_{number}", sealed(f"a password of 32 letters {number:06}"), extra, size.extras
