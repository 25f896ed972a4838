"""A masker that knows the secrets of connections, those in their extras included."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.masking.extras import secret_values
from safeconduct.masking.masker import Masker
from safeconduct.model import Secret

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from safeconduct.model import Connection


def masker_for(connections: Iterable[Connection], secrets: Iterable[Secret] = (), public: Iterable[str] = ()) -> Masker:
    """A masker for everything that is said about these connections.

    `secrets` are further secrets, such as Fernet keys and the metadata database's password; `public` further names.
    """
    known, names = list(secrets), list(public)
    for connection in connections:
        known += _secrets(connection)
        names += _names(connection)
    return Masker(known, names)


def _secrets(connection: Connection) -> Iterator[Secret]:
    if connection.password:
        yield connection.password
    extras = connection.extras
    if connection.extra and not extras and connection.extra.reveal().strip() not in {"{}", "null"}:
        yield connection.extra  # no JSON object: nobody can say which part of it is secret
    yield from map(Secret, secret_values(extras))


def _names(connection: Connection) -> Iterator[str]:
    port = None if connection.port is None else str(connection.port)
    for name in (connection.conn_id, connection.login, connection.host, connection.schema, port):
        if name:
            yield name
