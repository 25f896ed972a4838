"""What Airflow's PostgresHook makes of a connection before it calls the driver."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from safeconduct.model import Finding, Secret, Severity, Unjudged
from safeconduct.postgres import rules_target as rules
from safeconduct.postgres.conninfo import parse_conninfo
from safeconduct.postgres.options import OPTIONS
from safeconduct.postgres.settings import Setting, invalid_option, unknown_option

if TYPE_CHECKING:
    from safeconduct.model import Connection
    from safeconduct.postgres.settings import Settings

HOOK_EXTRAS = frozenset(
    "iam redshift redshift-serverless cursor cluster-identifier workgroup-name aws_conn_id sqlalchemy_scheme "
    "sqlalchemy_query azure_conn_id".split()
)
"""Extras that the hook keeps to itself (`ignored_extra_options`, postgres provider 7.1; older ones keep fewer)."""

DRIVER_EXTRAS = frozenset("autocommit prepare_threshold context row_factory cursor_factory connection_factory".split())
"""Keyword arguments of psycopg's connect() that are no options of libpq."""

STRING_EXTRAS = ("dsn", "conninfo")
"""The drivers' names for a whole connection string, under which the other arguments are laid."""

CURSORS = ("dictcursor", "realdictcursor", "namedtuplecursor")

EXTRA = "extra of the connection"


@dataclass(frozen=True)
class HookArguments:
    """What is passed to libpq, the extras that are not, and what is odd."""

    settings: Settings
    ignored: tuple[str, ...] = ()
    warnings: tuple[Finding, ...] = ()


def hook_arguments(connection: Connection) -> HookArguments | Finding | Unjudged:
    """As PostgresHook.get_conn builds them: the connection's fields, then every extra that is not the hook's own.

    None is dropped, as psycopg does; an empty string is not, but Airflow takes an empty password for none. Source:
    providers/postgres/hooks/postgres.py.
    """
    extras, fault = connection.extras, _extra_fault(connection)
    if fault is not None and fault.severity is Severity.ERROR:
        return fault
    if extras.get("iam", False):
        return Unjudged(connection.conn_id, _token_reason(extras))
    if (bad := _bad_cursor(connection)) is not None:
        return bad
    settings = dict(_fields(connection))
    base = _connection_string(connection)
    if isinstance(base, Finding):
        return base
    for keyword, value in _passed_extras(connection):
        if keyword == "requiressl":  # libpq's name for it until 9.5, which it still takes
            keyword, value = "sslmode", "require" if str(value).startswith("1") else "prefer"
        if keyword not in OPTIONS:
            return unknown_option(connection.conn_id, keyword, EXTRA)
        settings[keyword] = Setting(Secret(str(value)), EXTRA)
    ignored = tuple(key for key in extras if key in HOOK_EXTRAS | DRIVER_EXTRAS)
    return HookArguments({**base, **settings}, ignored, (fault,) if fault else ())


def _token_reason(extras: Any) -> str:
    if extras.get("azure_conn_id"):
        return "iam is set: the password is a token that Azure makes at each login (extra azure_conn_id)"
    what = "Redshift" if extras.get("redshift") or extras.get("redshift-serverless") else "RDS"
    return f"iam is set: the password is a token that AWS makes for {what} at each login (extra aws_conn_id)"


def _bad_cursor(connection: Connection) -> Finding | None:
    cursor = connection.extras.get("cursor")
    if not cursor or str(cursor).lower() in CURSORS:
        return None
    setting = Setting(Secret(str(cursor)), EXTRA)
    return invalid_option(
        connection.conn_id, "cursor", setting, f"is refused by Airflow: use one of {', '.join(CURSORS)}"
    )


def _fields(connection: Connection) -> dict[str, Setting]:
    named = {
        "host": ("host", connection.host),
        "user": ("login", connection.login),
        "dbname": ("schema", connection.schema),
        "port": ("port", connection.port),
    }
    found = {
        keyword: Setting(Secret(str(value)), f"{name} of the connection")
        for keyword, (name, value) in named.items()
        if value is not None
    }
    if connection.password:
        found["password"] = Setting(connection.password, "connection")
    return found


def _connection_string(connection: Connection) -> Settings | Finding:
    for keyword in STRING_EXTRAS:
        text = connection.extras.get(keyword)
        if text is not None:
            return parse_conninfo(connection.conn_id, str(text), f"{keyword} in the {EXTRA}")
    return {}


def _passed_extras(connection: Connection) -> list[tuple[str, Any]]:
    kept = HOOK_EXTRAS | DRIVER_EXTRAS | set(STRING_EXTRAS)
    return [(key, value) for key, value in connection.extras.items() if key not in kept and value is not None]


def _extra_fault(connection: Connection) -> Finding | None:
    """What Airflow makes of an extra that is no JSON object: it goes on without text that is no JSON (a warning), and
    fails on JSON of another kind, because the hook asks it for keys.
    """
    text = connection.extra.reveal() if connection.extra else ""
    if not text:
        return None
    try:
        if isinstance(json.loads(text), dict):
            return None
    except RecursionError:
        message = "the extra of the connection is nested too deeply to be read, and Airflow's hook fails on it"
        return rules.EXTRA_UNREAD.finding(connection.conn_id, message)
    except ValueError:
        message = "the extra of the connection is not JSON, so Airflow goes on without any of it"
        return rules.EXTRA_UNREAD.finding(connection.conn_id, message, severity=Severity.WARNING)
    message = "the extra of the connection is JSON but no object, and Airflow's hook fails on it"
    return rules.EXTRA_UNREAD.finding(connection.conn_id, message)
