"""Whom to ask what the client is not told: an administrator, and the server's log."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from safeconduct.airflow.rules import UNKNOWN
from safeconduct.model import Connection, Finding, Secret, Unjudged
from safeconduct.secrets import Found, look_up

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from safeconduct.diagnosis.sources import Sources
    from safeconduct.postgres.insider import Insider
    from safeconduct.postgres.target import Target
    from safeconduct.secrets import ConnectionBackend

SUBJECT = "administrator"
VARIABLE = "SAFECONDUCT_ADMIN_DSN"


def insiders_of(
    admin: str | None,
    logs: Sequence[Path],
    sources: Sources,
    environ: Mapping[str, str],
    home: Path | None,
    timeout: float,
) -> tuple[Insider, ...]:
    """Whom to ask, in this order: the administrator, then the server's log. `timeout` is in seconds per address."""
    administrator = _administrator(admin, sources, environ, home, timeout)
    if not logs:
        return administrator
    from safeconduct.postgres.insider import ServerLog

    return (*administrator, ServerLog(logs))


def _administrator(
    admin: str | None, sources: Sources, environ: Mapping[str, str], home: Path | None, timeout: float
) -> tuple[Insider, ...]:
    """The administrator is a conn_id, else a service of that name in pg_service.conf; without a name, whoever the
    connection string in SAFECONDUCT_ADMIN_DSN lets in. None where nobody is named.
    """
    connection = _of_dsn(environ) if admin is None else _connection(admin, "--admin", sources.backends)
    if connection is None:
        return ()
    from safeconduct.postgres.insider import Administrator, Unasked  # heavy, and most walks name nobody
    from safeconduct.postgres.target import target_of

    if not isinstance(connection, Connection):
        return (Unasked(replace(connection, subject=SUBJECT)),)
    target = target_of(replace(connection, conn_id=SUBJECT), environ, home)
    if isinstance(target, (Finding, Unjudged)):
        return (Unasked(target),)
    return (Administrator(target, timeout),)


def named(
    name: str, option: str, sources: Sources, environ: Mapping[str, str], home: Path | None
) -> Target | Finding | Unjudged:
    """The way in that an option names: a conn_id, else a service of that name in pg_service.conf."""
    from safeconduct.postgres.target import target_of

    connection = _connection(name, option, sources.backends)
    return target_of(connection, environ, home) if isinstance(connection, Connection) else connection


def _of_dsn(environ: Mapping[str, str]) -> Connection | None:
    dsn = environ.get(VARIABLE, "").strip()
    return _by_option("conninfo", dsn) if dsn else None


def _connection(name: str, option: str, backends: Sequence[ConnectionBackend]) -> Connection | Finding | Unjudged:
    answer = look_up(name, backends)
    if isinstance(answer, Found):
        return _postgres_only(answer.connection, option)
    if isinstance(answer, Finding) and answer.rule == UNKNOWN.id:
        return _by_option("service", name)
    return answer


def _postgres_only(connection: Connection, option: str) -> Connection | Unjudged:
    if connection.is_postgres:
        return connection
    return Unjudged(SUBJECT, f"{option} {connection.conn_id}: its type is {connection.conn_type}, not postgres")


def _by_option(option: str, value: str) -> Connection:
    """libpq itself makes the rest of a connection string or a service, its environment and password file included."""
    return Connection(SUBJECT, "postgres", extra=Secret(json.dumps({option: value})))
