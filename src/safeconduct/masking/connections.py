"""A masker that knows the secrets of connections, those in their extras included."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from safeconduct.masking.extras import secret_values
from safeconduct.masking.extras import without_secrets as bare_extra
from safeconduct.masking.known import worth_hiding
from safeconduct.masking.masker import Masker
from safeconduct.model import Secret

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from safeconduct.model import Connection

_NOTHING = frozenset({"{}", "null"})
"""Extras that hold nothing."""


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


def without_secrets(connection: Connection) -> Connection:
    """The connection without its password and what is secret in its extra; all of that where it is no JSON object."""
    masker, extra = masker_for([connection]), connection.extra
    if connection.extras:
        bare = bare_extra(connection.extras, masker.text)
        extra = connection.extra if bare == connection.extras else Secret(json.dumps(bare)) if bare else None
    elif extra and extra.reveal().strip() not in _NOTHING:
        extra = None
    return replace(connection, password=None, extra=extra)


def _secrets(connection: Connection) -> Iterator[Secret]:
    if connection.password:
        yield connection.password
    extras = connection.extras
    if connection.extra and not extras and connection.extra.reveal().strip() not in _NOTHING:
        yield connection.extra  # no JSON object: nobody can say which part of it is secret
    yield from map(Secret, secret_values(extras))


def _names(connection: Connection) -> Iterator[str]:
    port = None if connection.port is None else str(connection.port)
    for name in (connection.conn_id, connection.login, connection.host, connection.schema, port):
        if name:
            yield name
