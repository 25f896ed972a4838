"""The connection options that libpq knows, with the environment variable and the default of each.

Read off libpq 18 (PQconninfoOptions in fe-connect.c); `PQconndefaults` tells the same list. Older versions lack some
(sslcertmode, require_auth, load_balance_hosts before 16; sslnegotiation before 17) and refuse them as unknown.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Option:
    """One option. `choices` are its only values, where it has such a list; `integer` says that it must be a number."""

    variable: str = ""
    default: str | None = None
    choices: tuple[str, ...] = ()
    integer: bool = False


OPTIONS = {
    "service": Option("PGSERVICE"),
    "user": Option("PGUSER"),
    "password": Option("PGPASSWORD"),
    "passfile": Option("PGPASSFILE"),
    "channel_binding": Option("PGCHANNELBINDING", "prefer", ("disable", "prefer", "require")),
    "connect_timeout": Option("PGCONNECT_TIMEOUT", integer=True),
    "dbname": Option("PGDATABASE"),
    "host": Option("PGHOST"),
    "hostaddr": Option("PGHOSTADDR"),
    "port": Option("PGPORT", "5432"),
    "client_encoding": Option("PGCLIENTENCODING"),
    "options": Option("PGOPTIONS", ""),
    "application_name": Option("PGAPPNAME"),
    "fallback_application_name": Option(),
    "keepalives": Option(integer=True),
    "keepalives_idle": Option(integer=True),
    "keepalives_interval": Option(integer=True),
    "keepalives_count": Option(integer=True),
    "tcp_user_timeout": Option(integer=True),
    "sslmode": Option("PGSSLMODE", "prefer", ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")),
    "sslnegotiation": Option("PGSSLNEGOTIATION", "postgres", ("postgres", "direct")),
    "sslcompression": Option("PGSSLCOMPRESSION", "0"),
    "sslcert": Option("PGSSLCERT"),
    "sslkey": Option("PGSSLKEY"),
    "sslcertmode": Option("PGSSLCERTMODE", "allow", ("disable", "allow", "require")),
    "sslpassword": Option(),
    "sslrootcert": Option("PGSSLROOTCERT"),
    "sslcrl": Option("PGSSLCRL"),
    "sslcrldir": Option("PGSSLCRLDIR"),
    "sslsni": Option("PGSSLSNI", "1"),
    "sslkeylogfile": Option(),
    "requirepeer": Option("PGREQUIREPEER"),
    "require_auth": Option("PGREQUIREAUTH"),
    "min_protocol_version": Option("PGMINPROTOCOLVERSION", None, ("3.0", "3.2", "latest")),
    "max_protocol_version": Option("PGMAXPROTOCOLVERSION", None, ("3.0", "3.2", "latest")),
    "ssl_min_protocol_version": Option("PGSSLMINPROTOCOLVERSION", "TLSv1.2"),
    "ssl_max_protocol_version": Option("PGSSLMAXPROTOCOLVERSION"),
    "gssencmode": Option("PGGSSENCMODE", "prefer", ("disable", "prefer", "require")),
    "krbsrvname": Option("PGKRBSRVNAME", "postgres"),
    "gsslib": Option("PGGSSLIB"),
    "gssdelegation": Option("PGGSSDELEGATION", "0"),
    "replication": Option(),
    "target_session_attrs": Option(
        "PGTARGETSESSIONATTRS", "any", ("any", "read-write", "read-only", "primary", "standby", "prefer-standby")
    ),
    "load_balance_hosts": Option("PGLOADBALANCEHOSTS", "disable", ("disable", "random")),
    "scram_client_key": Option(),
    "scram_server_key": Option(),
    "oauth_issuer": Option(),
    "oauth_client_id": Option(),
    "oauth_client_secret": Option(),
    "oauth_scope": Option(),
}

SECRET_OPTIONS = frozenset({"password", "sslpassword", "oauth_client_secret", "scram_client_key", "scram_server_key"})

TLS_VERSIONS = ("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")

AUTHENTICATION_METHODS = ("password", "md5", "gss", "sspi", "scram-sha-256", "oauth", "none")

STARTUP_VARIABLES = {"PGDATESTYLE": "datestyle", "PGTZ": "timezone", "PGGEQO": "geqo"}
"""Environment variables that libpq sends to the server as settings (EnvironmentOptions in fe-connect.c)."""
