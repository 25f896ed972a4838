"""TLS of connections: off, not asked for, or with anybody."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from safeconduct.model import Remedy, RemedyKind, Severity
from safeconduct.postgres.hook import HookArguments, hook_arguments
from safeconduct.secrets import rules_audit as rules
from safeconduct.secrets.audit.tls_modes import is_local, postgres_tls
from safeconduct.secrets.audit.tls_types import BY_TYPE, of_any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from safeconduct.model import Connection, Finding
    from safeconduct.secrets.audit.exposed import Told
    from safeconduct.secrets.audit.tls_modes import Weak


def connection_tls(connection: Connection, environ: Mapping[str, str]) -> Iterator[Told]:
    """That the connection goes without TLS, or with an unverified certificate; nothing where it stays on the machine.

    `environ` is where libpq finds what the connection leaves open.
    """
    if weak := _judge(connection, environ):
        yield weak.rule, partial(_finding, connection, weak)


def is_told_by_service(connection: Connection) -> bool:
    """Whether the sslmode stands in a service's file, which may be another one where Airflow runs."""
    host = _host(connection)
    return connection.is_postgres and not (host and is_local(host)) and _mode(connection) == _SERVICE


def _finding(connection: Connection, weak: Weak) -> Finding:
    name = connection.conn_id
    return weak.rule.finding(
        f"connection {name}",
        f"connection {name} {weak.words}",
        evidence={"type": connection.conn_type, "setting": weak.setting},
        remedies=(Remedy(RemedyKind.OPTION, weak.remedy, when=f"in connection {name}"),),
        severity=Severity.ERROR if weak.rule is rules.TLS_OFF else Severity.WARNING,
    )


def _judge(connection: Connection, environ: Mapping[str, str]) -> Weak | None:
    extras, host = _extras(connection), _host(connection)
    if connection.is_postgres:
        there = host or environ.get("PGHOST", "")
        return None if is_local(there) else _of_postgres(connection, environ)
    if host and is_local(host):
        return None
    own = BY_TYPE.get(connection.conn_type) if host else None  # with none, these take a socket or localhost
    return (own(connection, extras) if own else None) or of_any(connection, extras)


def _of_postgres(connection: Connection, environ: Mapping[str, str]) -> Weak | None:
    mode = _mode(connection)
    return None if mode == _SERVICE else postgres_tls(mode, environ)


def _extras(connection: Connection) -> dict[str, object]:
    return {_PREFIX.sub("", str(key), count=1): value for key, value in connection.extras.items()}


_SERVICE = "service"
_WHOLE = frozenset({"dsn", "conninfo", "service", "requiressl"})
"""Keys of an extra that may say what sslmode is; to ask the hook for all of them takes ten times as long."""
_PREFIX = re.compile(r"extra__[a-z0-9_]+?__")


def _host(connection: Connection) -> str:
    host = connection.host or ""
    if "://" in host:
        try:
            return urlsplit(host).hostname or ""
        except ValueError:
            return host
    if connection.conn_type == "kafka":
        servers = str(connection.extras.get("bootstrap.servers", ""))
        return ",".join(server.rpartition(":")[0] for server in servers.split(","))
    return host or str(connection.extras.get("host") or "")


def _mode(connection: Connection) -> str:
    """What the hook hands to libpq as sslmode; _SERVICE where a service's file says it."""
    extras = _extras(connection)
    if not _WHOLE.intersection(extras):
        return str(extras.get("sslmode") or "")
    arguments = hook_arguments(connection)
    if isinstance(arguments, HookArguments):
        setting = arguments.settings.get("sslmode")
        if setting is None and "service" in arguments.settings:
            return _SERVICE
        return setting.value.reveal() if setting is not None else ""
    return str(extras.get("sslmode") or "")
