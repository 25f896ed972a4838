"""Airflow's JSON form of a connection, both ways, and the choice between JSON and URI."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from safeconduct.airflow.connection_uri import TOO_DEEP, conn_type, parse_uri
from safeconduct.airflow.dialect import Dialect
from safeconduct.airflow.malformed import malformed
from safeconduct.model import Connection, Finding, Secret

_TEXTS = ("conn_type", "host", "login", "password", "schema", "description")
_KEYS = frozenset({*_TEXTS, "port", "extra"})


class _Unreadable(Exception):
    """What is wrong with the JSON, in words that quote none of its values."""


def parse_definition(conn_id: str, text: Secret, dialect: Dialect) -> Connection | Finding:
    """The connection that Airflow reads from a text: JSON when it begins with `{`, else a URI."""
    stripped = Secret(text.reveal().strip())
    if not stripped:
        return malformed(conn_id, "its URI cannot be read: it is empty", "URI")
    if stripped.reveal().startswith("{"):
        return parse_json(conn_id, stripped, dialect)
    return parse_uri(conn_id, stripped, dialect)


def parse_json(conn_id: str, text: Secret, dialect: Dialect) -> Connection | Finding:
    """The connection that Airflow reads from JSON. A Finding names the key that is wrong, never its value."""
    try:
        fields = _fields(text.reveal())
        uri = _uri(fields, dialect)
        if uri is None:
            return _connection(conn_id, fields, dialect)
        found = parse_uri(conn_id, uri, dialect)
        return found if isinstance(found, Finding) else replace(found, description=_text(fields, "description"))
    except _Unreadable as error:
        return malformed(conn_id, f"its JSON cannot be read: {error}", "JSON")
    except RecursionError:
        return malformed(conn_id, f"its JSON cannot be read: {TOO_DEEP}", "JSON")


def _fields(text: str) -> dict[str, Any]:
    try:
        fields = json.loads(text)
    except json.JSONDecodeError as error:
        raise _Unreadable(f"{error.msg} at line {error.lineno}, column {error.colno}") from None
    except ValueError:  # of Python itself: int() takes 4,300 digits at most
        raise _Unreadable("a number in it is too long") from None
    if not isinstance(fields, dict):
        raise _Unreadable("it is no object")
    return fields


def _uri(fields: dict[str, Any], dialect: Dialect) -> Secret | None:
    """The URI, if the JSON gives one: it takes the place of all that is not empty, except the description."""
    uri = fields.pop("uri", None)
    if not uri:
        return None
    if any(fields.get(name) for name in _KEYS - {"description"}):
        raise _Unreadable('"uri" must stand alone')
    if not isinstance(uri, str):
        raise _Unreadable('"uri" must be text')
    _refuse_unknown(fields, dialect)
    return Secret(uri)


def _connection(conn_id: str, fields: dict[str, Any], dialect: Dialect) -> Connection:
    _refuse_unknown(fields, dialect)
    texts = {name: _text(fields, name) for name in _TEXTS}
    password = texts.pop("password")
    return Connection(
        conn_id=conn_id,
        conn_type=conn_type(texts.pop("conn_type") or ""),
        port=_port(fields.get("port")),
        password=Secret(password) if password else None,
        extra=_extra(fields.get("extra"), dialect),
        **texts,
    )


def _refuse_unknown(fields: dict[str, Any], dialect: Dialect) -> None:
    unknown = sorted(set(fields) - _KEYS - ({"team_name"} if dialect is Dialect.AIRFLOW_3 else set()))
    if unknown:
        names = ", ".join(json.dumps(name[:40]) for name in unknown[:3])
        raise _Unreadable(f"it has no key {names}; there are {', '.join(sorted(_KEYS))}, or uri alone")


def _text(fields: dict[str, Any], name: str) -> str | None:
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        raise _Unreadable(f'"{name}" must be text')
    return value


def _port(value: Any) -> int | None:
    if not value:
        return None
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        raise _Unreadable('"port" must be a number') from None


def _extra(value: Any, dialect: Dialect) -> Secret | None:
    if not value:
        return None
    text = value if isinstance(value, str) else json.dumps(value)
    if not _is_object(text) and dialect is Dialect.AIRFLOW_3:
        raise _Unreadable('"extra" must be a JSON object in Airflow 3')
    return Secret(text)


def _is_object(text: str) -> bool:
    """Raises RecursionError for what is nested too deeply, which every Airflow fails on, as on endless numbers."""
    try:
        return isinstance(json.loads(text), dict)
    except json.JSONDecodeError:
        return False
    except ValueError:
        raise _Unreadable("a number in it is too long") from None


def format_json(connection: Connection) -> Secret:
    """The JSON that Airflow's as_json gives: what is not set is left out, and so is an extra that is no JSON."""
    fields: dict[str, Any] = {
        "conn_type": connection.conn_type,
        "description": connection.description,
        "host": connection.host,
        "login": connection.login,
        "password": connection.password.reveal() if connection.password is not None else None,
        "schema": connection.schema,
        "port": connection.port,
    }
    set_fields = {name: value for name, value in fields.items() if value is not None}
    extra = _value(connection.extra)
    return Secret(json.dumps({**set_fields, "extra": extra} if extra else set_fields))


def _value(extra: Secret | None) -> Any:
    try:
        return json.loads(extra.reveal()) if extra else None
    except (ValueError, RecursionError):
        return None
