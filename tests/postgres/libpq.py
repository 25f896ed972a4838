"""The real libpq, as psycopg carries it: what the tests compare our reading with."""

from __future__ import annotations

import os
import socket
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg
from psycopg import pq

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


def parsed(text: str) -> dict[str, str] | None:
    """The options in a connection string, or None where libpq refuses it."""
    try:
        options = pq.Conninfo.parse(text.encode("utf-8", "surrogateescape"))
    except psycopg.OperationalError:
        return None
    return {o.keyword.decode(): o.val.decode("utf-8", "surrogateescape") for o in options if o.val is not None}


@dataclass(frozen=True)
class Begun:
    """A connection just begun: what libpq filled in, or the words with which it refused to begin."""

    options: Mapping[str, str]
    host: str
    port: str
    user: str
    database: str
    password: str
    refused: str


def begin(arguments: Mapping[str, str]) -> Begun:
    """Begin to connect, with the process's environment, and stop at once."""
    text = psycopg.conninfo.make_conninfo("", **arguments)
    connection = pq.PGconn.connect_start(text.encode("utf-8", "surrogateescape"))
    try:
        words = connection.error_message.decode()
        bad = connection.status == pq.ConnStatus.BAD
        info = {o.keyword.decode(): (o.val or b"").decode() for o in connection.info if o.val is not None}
        return Begun(
            options=info,
            host=connection.host.decode(),
            port=connection.port.decode(),
            user=connection.user.decode(),
            database=connection.db.decode(),
            password=connection.password.decode(),
            refused=words if bad and not words.startswith("connection to server") else "",
        )
    finally:
        connection.finish()


@contextmanager
def environment(home: Path, **variables: str) -> Iterator[Mapping[str, str]]:
    """Run with these PG* variables only and this home directory; gives the environment as libpq then sees it."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("PG")]:
        del os.environ[name]
    os.environ.update(variables, HOME=str(home))
    try:
        yield dict(os.environ)
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def open_port() -> Iterator[int]:
    """A port of 127.0.0.1 where connecting succeeds and nobody says anything."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]
