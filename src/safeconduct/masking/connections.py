"""A masker that knows the secrets of connections, those in their extras included."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.masking.extras import secret_values
from safeconduct.masking.known import worth_hiding
from safeconduct.masking.masker import Masker
from safeconduct.model import Secret

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from safeconduct.model import Connection


def masker_for(connections: Iterable[Connection], secrets: Iterable[Secret] = (), public: Iterable[str] = ()) -> Masker:
    """A masker for everything that is said about these connections.

    `secrets` are further secrets, such as Fernet keys and the metadata database's password; `public` further names.
    Only a connection's own names keep its password from being hidden: what another one is called is no matter.
    """
    known = [secret for secret in secrets if worth_hiding(secret, public)]
    for connection in connections:
        names = (*_names(connection), *public)
        known += [secret for secret in _secrets(connection) if worth_hiding(secret, names)]
    return Masker(known)


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
