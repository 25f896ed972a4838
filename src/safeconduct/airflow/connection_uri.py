"""Airflow's URI form of a connection, both ways, as Connection.get_uri and its reader do it (2.11.2, 3.3.2)."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

from safeconduct.airflow.dialect import Dialect
from safeconduct.airflow.malformed import malformed
from safeconduct.model import Connection, Finding, Secret

EXTRA_KEY = "__extra__"
"""The query key that carries a whole extra as JSON, where it cannot be written as separate keys."""


TOO_DEEP = "it is nested too deeply"
_BARE = "a {mark} stands in the login or password as it is; percent-encode it"


class _Unreadable(Exception):
    """What is wrong with a URI, in words that quote none of it."""


def parse_uri(conn_id: str, uri: Secret, dialect: Dialect) -> Connection | Finding:
    """The connection that Airflow reads from a URI. A Finding says which part is wrong and never quotes the URI."""
    try:
        return _parse(conn_id, uri.reveal(), dialect)
    except _Unreadable as error:
        return malformed(conn_id, f"its URI cannot be read: {error}", "URI")
    except RecursionError:
        return malformed(conn_id, f"its URI cannot be read: {TOO_DEEP}", "URI")


def _parse(conn_id: str, text: str, dialect: Dialect) -> Connection:
    if text[:1] in {'"', "'"}:
        raise _Unreadable("it stands in quotation marks; take them away")
    scheme, rest, protocol_follows = _without_scheme(text)
    parts = _split(rest)
    kind = conn_type(scheme)
    if kind == "postgres":
        _refuse_bare_marks(parts)
    host = _host(parts)
    protocol = parts.scheme if protocol_follows else ""
    return Connection(
        conn_id=conn_id,
        conn_type=kind,
        host=f"{protocol}://{host}" if protocol and host else host,
        port=_port(parts),
        schema=unquote(parts.path[1:]),
        login=_unquoted(parts.username),
        password=_secret(_unquoted(parts.password)),
        extra=_extra(parts.query, dialect),
    )


def _refuse_bare_marks(parts: SplitResult) -> None:
    """Airflow reads a host, a port and a database from these, each of them with a piece of the password."""
    if "@" in parts.path:
        raise _Unreadable(f"{_BARE.format(mark='/')} (/ is %2F, @ is %40)")
    if "@" in parts.fragment:
        raise _Unreadable(f"{_BARE.format(mark='#')} (# is %23, @ is %40)")
    if "@" in parts.query and ("@" not in parts.netloc or not parts.path):
        raise _Unreadable(
            "a ? stands in the login or password as it is, or an @ in an extra; percent-encode it (? is %3F, @ is %40)"
        )


def conn_type(text: str) -> str:
    """The name that Airflow stores for a type: postgresql is postgres, and `-` is `_`."""
    return "postgres" if text == "postgresql" else text.replace("-", "_")


def _without_scheme(text: str) -> tuple[str, str, bool]:
    """The scheme, the rest, and whether a protocol of the host follows, as in `http://https://host`."""
    count = text.count("://")
    if count > 2:
        raise _Unreadable('"://" stands in it more than twice')
    scheme = _split(text).scheme
    if not scheme and "://" in text:
        raise _Unreadable("what stands before :// is no connection type (letters, digits, + - . only)")
    # Airflow takes the scheme away wherever it stands, so that a second one inside an extra is lost as well.
    rest = text.replace(f"{scheme}://", "" if count == 2 else "//")
    if count == 2 and any(mark in rest.split("://", 1)[0] for mark in "@:"):
        raise _Unreadable("a second :// stands behind the login; percent-encode it (%3A%2F%2F)")
    return scheme, rest, count == 2


def _split(text: str) -> SplitResult:
    try:
        return urlsplit(text)
    except ValueError as error:
        reason = "brackets that are no IPv6 address" if "IPv6" in str(error) else "a character no host may have"
        raise _Unreadable(f"the host has {reason}") from None


def _host(parts: SplitResult) -> str:
    host = unquote(parts.hostname or "")
    if "/" not in host:
        return host
    # A path as host (a socket directory) keeps its upper case, which `hostname` folds.
    netloc = parts.netloc.rpartition("@")[2].partition(":")[0]
    return unquote(netloc)


def _port(parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError:
        raise _Unreadable(_why_no_port(parts)) from None


def _why_no_port(parts: SplitResult) -> str:
    culprit = "#" if parts.fragment else "/ or ?"
    if "@" not in parts.netloc and (parts.fragment or "@" in parts.path or "@" in parts.query):
        return f"{_BARE.format(mark=culprit)} (# is %23, / is %2F, ? is %3F)"
    return "the port is no number from 0 to 65535"


def _unquoted(text: str | None) -> str | None:
    return unquote(text) if text else text


def _secret(text: str | None) -> Secret | None:
    # Airflow never stores an empty password.
    return Secret(text) if text else None


def _extra(query: str, dialect: Dialect) -> Secret | None:
    if not query:
        return None
    try:
        pairs: dict[str, Any] = dict(parse_qsl(query, keep_blank_values=True))
    except ValueError:
        raise _Unreadable("it has more extras than can be read") from None
    if EXTRA_KEY in pairs:
        whole = pairs[EXTRA_KEY]
        value = _typed(whole)  # raises RecursionError for what is nested too deeply
        if whole and dialect is Dialect.AIRFLOW_3 and not isinstance(value, dict):
            raise _Unreadable(f"{EXTRA_KEY} must be a JSON object in Airflow 3")
        return Secret(whole)
    if dialect is Dialect.AIRFLOW_3:
        pairs = {key: _typed(value) for key, value in pairs.items()}
    return Secret(json.dumps(pairs))


def _typed(value: str) -> Any:
    """The value that the text is as JSON, else the text. Raises RecursionError for what is nested too deeply."""
    try:
        return json.loads(value) if value else value
    except json.JSONDecodeError:
        return value
    except ValueError:  # of Python itself: int() takes 4,300 digits at most
        raise _Unreadable("a number in an extra is too long") from None


def format_uri(connection: Connection, dialect: Dialect) -> Secret:
    """The URI that Airflow's get_uri gives. Not every connection survives the way there and back (see `dialect`)."""
    scheme = f"{connection.conn_type.lower().replace('_', '-')}://" if connection.conn_type else "//"
    protocol, host = _protocol_and_host(connection, dialect)
    authority = _authority(connection)
    place = quote(host, safe="") if host else ""
    if connection.port:
        place += f":{connection.port}" if place or authority else f"@:{connection.port}"
    if connection.schema:
        place += f"/{quote(connection.schema, safe='')}"
    return Secret(scheme + protocol + authority + place + _query(connection, dialect))


def _protocol_and_host(connection: Connection, dialect: Dialect) -> tuple[str, str | None]:
    protocol, mark, host = (connection.host or "").partition("://")
    if not mark or (dialect is Dialect.AIRFLOW_3 and protocol == connection.conn_type):
        return "", connection.host
    return f"{protocol}://" if protocol else "", host


def _authority(connection: Connection) -> str:
    login = quote(connection.login, safe="") if connection.login is not None else ""
    password = ":" + quote(connection.password.reveal(), safe="") if connection.password is not None else ""
    return f"{login}{password}@" if login + password else ""


def _query(connection: Connection, dialect: Dialect) -> str:
    if not connection.extra:
        return ""
    extras = dict(connection.extras)
    flat = urlencode(extras)
    if dialect is Dialect.AIRFLOW_3 and not all(isinstance(value, str) for value in extras.values()):
        flat = ""
    if not flat or extras != dict(parse_qsl(flat, keep_blank_values=True)):
        flat = urlencode({EXTRA_KEY: connection.extra.reveal()})
    return ("?" if connection.schema else "/?") + flat
