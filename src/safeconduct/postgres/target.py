"""What exactly libpq would connect to: every host, the role, the password and the TLS policy, with their origins."""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from safeconduct.model import Finding, Unjudged
from safeconduct.postgres import rules_target as rules
from safeconduct.postgres.checks import check_values
from safeconduct.postgres.defaults import OWN_DEFAULT, parse_integer, with_defaults
from safeconduct.postgres.hook import hook_arguments
from safeconduct.postgres.hosts import DEFAULT_SOCKET_FOLDER, list_hosts
from safeconduct.postgres.options import SECRET_OPTIONS, STARTUP_VARIABLES
from safeconduct.postgres.passfile import PasswordFile, read_password_file
from safeconduct.postgres.place import DEFAULT_PORT, HostPort, Password
from safeconduct.postgres.tls_files import absent_files
from safeconduct.postgres.tls_policy import SslMode, TlsPolicy, tls_policy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from safeconduct.model import Connection, Secret
    from safeconduct.postgres.settings import Settings

__all__ = ["DEFAULT_PORT", "HostPort", "Password", "SslMode", "Target", "TlsPolicy", "target_of"]


@dataclass(frozen=True)
class Target:
    """Where one connection leads and how libpq would go there.

    `subject` is the conn_id that findings name. `settings` go to the server in the StartupMessage (options,
    application_name, client_encoding). `passed` are options that were given and have no field here (keepalives, ...);
    `ignored` are extras that Airflow or the driver keeps to itself. `warnings` are findings that do not stop libpq,
    such as a password file that it ignores. `connect_timeout` is in seconds, 0 for none. `assumed` says what libpq
    takes for fields that the connection leaves empty: "login", "schema" or "host" to a few words.
    """

    subject: str
    hosts: tuple[HostPort, ...]
    user: str
    database: str
    tls: TlsPolicy = field(default_factory=TlsPolicy)
    channel_binding: str = "prefer"
    require_auth: str = ""
    gssencmode: str = "prefer"
    krbsrvname: str = "postgres"
    target_session_attrs: str = "any"
    load_balance_hosts: bool = False
    connect_timeout: int = 0
    settings: Mapping[str, str] = field(default_factory=dict)
    passed: Mapping[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    warnings: tuple[Finding, ...] = ()
    assumed: Mapping[str, str] = field(default_factory=dict)

    @property
    def password(self) -> Password | None:
        """The password for the first host; each host has its own."""
        return self.hosts[0].password

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """The passwords of all hosts, and that of the client's key."""
        of_key = (self.tls.key_password,) if self.tls.key_password else ()
        return tuple(dict.fromkeys([host.password.secret for host in self.hosts if host.password] + [*of_key]))

    @property
    def label(self) -> str:
        """`login@host:port/database` for headings, never with a password; several hosts by commas."""
        return f"{self.user}@{','.join(map(str, self.hosts))}/{self.database}"


def target_of(connection: Connection, environ: Mapping[str, str], home: Path | None) -> Target | Finding | Unjudged:
    """What Airflow's PostgresHook and then libpq 18 make of a connection, in this environment and home directory.

    The first thing that libpq would refuse is the Finding. Unjudged where a cloud provider makes the password.
    Options are never taken out of a database name: neither psycopg2 nor psycopg 3 asks libpq to expand one.
    """
    arguments = hook_arguments(connection)
    if isinstance(arguments, (Finding, Unjudged)):
        return arguments
    settings = with_defaults(connection.conn_id, arguments.settings, environ, home)
    if isinstance(settings, Finding):
        return settings
    refused = check_values(connection.conn_id, settings)
    if refused is not None:
        return refused
    target = _assemble(connection.conn_id, settings, environ, home)
    if isinstance(target, Finding):
        return target
    return replace(target, ignored=arguments.ignored, warnings=arguments.warnings + target.warnings)


def _assemble(subject: str, settings: Settings, environ: Mapping[str, str], home: Path | None) -> Target | Finding:
    listed = list_hosts(subject, settings)
    if isinstance(listed, Finding):
        return listed
    user = _text(settings, "user") or _own_name()
    if not user:
        return _no_user(subject)
    database = _text(settings, "dbname") or user
    hosts, warnings = _with_passwords(subject, listed[0], database, user, settings, home)
    policy = tls_policy(settings, home)
    if policy.mode is not SslMode.DISABLE and not all(host.is_unix for host in hosts):
        warnings += absent_files(subject, policy)
    return Target(
        subject=subject,
        hosts=hosts,
        user=user,
        database=database,
        tls=policy,
        channel_binding=_text(settings, "channel_binding"),
        require_auth=_text(settings, "require_auth"),
        gssencmode=_text(settings, "gssencmode"),
        krbsrvname=_text(settings, "krbsrvname"),
        target_session_attrs=_text(settings, "target_session_attrs"),
        load_balance_hosts=_text(settings, "load_balance_hosts") == "random",
        connect_timeout=max(parse_integer(_text(settings, "connect_timeout")) or 0, 0),
        settings=_startup_settings(settings, environ),
        passed=_passed(settings),
        warnings=listed[1] + warnings,
        assumed=_assumed(settings, user, hosts),
    )


def _assumed(settings: Settings, user: str, hosts: tuple[HostPort, ...]) -> dict[str, str]:
    """What a connection leaves empty is a cause that nobody looks for: libpq fills it in without a word."""
    found = {}
    if not _text(settings, "host") and not _text(settings, "hostaddr"):
        found["host"] = f"no host is given, so libpq takes the unix socket in {hosts[0].host}"
    if not _text(settings, "user"):
        found["login"] = f"no login is given, so libpq takes the name of this process's user, {user}"
    if not _text(settings, "dbname"):
        found["schema"] = f"no database (schema) is given, so libpq takes the login's name, {user}"
    return found


def _text(settings: Settings, keyword: str) -> str:
    return settings[keyword].text if keyword in settings else ""


def _own_name() -> str:
    """The operating system's name of this process, "" where its number has none."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return ""


def _no_user(subject: str) -> Finding:
    number = os.geteuid()
    return rules.USER_MISSING.finding(
        subject,
        f"the connection names no login, and the operating system has no name for user id {number}",
        evidence={"user id": str(number)},
    )


def _with_passwords(
    subject: str,
    hosts: tuple[HostPort, ...],
    database: str,
    user: str,
    settings: Settings,
    home: Path | None,
) -> tuple[tuple[HostPort, ...], tuple[Finding, ...]]:
    """The hosts with their passwords; the password file counts only where no password was given."""
    given = settings.get("password")
    if given is not None and given.value:
        password = Password(given.value, given.origin)
        return tuple(replace(host, password=password) for host in hosts), ()
    file = _password_file(subject, settings, home)
    if isinstance(file, Finding):
        return hosts, (file,)
    return tuple(replace(host, password=_from_file(file, host, database, user)) for host in hosts), ()


def _password_file(subject: str, settings: Settings, home: Path | None) -> PasswordFile | Finding:
    if named := _text(settings, "passfile"):
        return read_password_file(subject, Path(named), named_by=settings["passfile"].origin)
    return read_password_file(subject, home / ".pgpass") if home is not None else PasswordFile("")


def _from_file(file: PasswordFile, host: HostPort, database: str, user: str) -> Password | None:
    name = "localhost" if host.host == DEFAULT_SOCKET_FOLDER else host.host or host.hostaddr
    entry = file.look_up(name, host.port, database, user)
    if entry is None or not entry.password:
        return None
    return Password(entry.password, f"password file {file.path} line {entry.line}")


def _startup_settings(settings: Settings, environ: Mapping[str, str]) -> dict[str, str]:
    """What the StartupMessage carries besides user and database (build_startup_packet in fe-protocol3.c)."""
    name = settings.get("application_name") or settings.get("fallback_application_name")
    encoding = _text(settings, "client_encoding")
    found = {
        "replication": _text(settings, "replication"),
        "options": _text(settings, "options"),
        "application_name": name.text if name else "",
        # "auto" means the locale's encoding; a login does not depend on which.
        "client_encoding": "UTF8" if encoding == "auto" else encoding,
    }
    found |= {setting: environ.get(variable, "") for variable, setting in STARTUP_VARIABLES.items()}
    from_environment = STARTUP_VARIABLES.values()
    return {
        name: value
        for name, value in found.items()
        if value and not (name in from_environment and value.lower() == "default")
    }


_IN_FIELDS = frozenset(
    "host hostaddr port user dbname password passfile service sslmode sslnegotiation sslrootcert sslcert sslkey "
    "sslpassword sslcertmode sslcrl sslcrldir sslsni ssl_min_protocol_version ssl_max_protocol_version "
    "channel_binding require_auth gssencmode krbsrvname target_session_attrs load_balance_hosts connect_timeout "
    "options application_name fallback_application_name client_encoding replication".split()
)


def _passed(settings: Settings) -> dict[str, str]:
    shown = (keyword for keyword in settings if keyword not in _IN_FIELDS | SECRET_OPTIONS)
    return {keyword: settings[keyword].text for keyword in shown if settings[keyword].origin != OWN_DEFAULT}
