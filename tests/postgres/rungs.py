"""The rungs of the login table, as data: how to break a login, and what the walk must say of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from safeconduct.model import Secret, Stage
from safeconduct.postgres.target import HostPort, Password, SslMode, Target, TlsPolicy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.servers.postgres import Postgres

PASSWORD = "Right-Password-7"


def target_for(
    server: Postgres,
    user: str = "etl",
    database: str = "sales",
    password: str | None = PASSWORD,
    tls: TlsPolicy | None = None,
    settings: Mapping[str, str] | None = None,
) -> Target:
    """A way to this server over TCP; without TLS unless said otherwise."""
    secret = Password(Secret(password), "connection") if password else None
    host = HostPort(server.host, server.port, password=secret)
    return Target(
        subject="warehouse",
        hosts=(host,),
        user=user,
        database=database,
        tls=tls or TlsPolicy(mode=SslMode.DISABLE),
        settings={"application_name": "safeconduct", **(settings or {})},
    )


@dataclass(frozen=True)
class Rung:
    """`breaks` is SQL that the superuser runs in a server that has role etl (password right) and database sales.

    `remedies` says whether SQL of the finding, applied, lets the same connection in; `after` is what else an
    administrator has to do then (as the remedy's `when` says), such as giving a new role its password.
    """

    name: str
    rule: str
    stage: Stage
    evidence: Mapping[str, str]
    breaks: str = ""
    hba: tuple[str, ...] = ()
    user: str = "etl"
    database: str = "sales"
    password: str | None = PASSWORD
    settings: Mapping[str, str] = field(default_factory=dict)
    remedy: str = ""
    after: str = ""
    passed: tuple[Stage, ...] = ()


PASSWORD_SQL = f"ALTER ROLE etl PASSWORD '{PASSWORD}'"
AUTH_FAILED = {"sqlstate": "28P01", "routine": "auth_failed"}
BEFORE_RULE = (Stage.NAME, Stage.PORT, Stage.PROTOCOL, Stage.TLS)
BEFORE_AUTHENTICATION = (*BEFORE_RULE, Stage.RULE)
BEFORE_DATABASE = (*BEFORE_AUTHENTICATION, Stage.AUTHENTICATION)

RUNGS = (
    Rung(
        "wrong password",
        "postgres.authentication.password-wrong",
        Stage.AUTHENTICATION,
        AUTH_FAILED,
        password="another",
        passed=BEFORE_AUTHENTICATION,
    ),
    Rung(
        "role missing, under scram",
        "postgres.authentication.password-wrong",
        Stage.AUTHENTICATION,
        AUTH_FAILED,
        user="ghost",
        remedy="CREATE ROLE ghost LOGIN;",
        after=f"ALTER ROLE ghost PASSWORD '{PASSWORD}'",
        passed=BEFORE_AUTHENTICATION,
    ),
    Rung(
        "role without password",
        "postgres.authentication.password-wrong",
        Stage.AUTHENTICATION,
        AUTH_FAILED,
        breaks="ALTER ROLE etl PASSWORD NULL",
        passed=BEFORE_AUTHENTICATION,
    ),
    Rung(
        "password expired",
        "postgres.authentication.password-wrong",
        Stage.AUTHENTICATION,
        AUTH_FAILED,
        breaks="ALTER ROLE etl VALID UNTIL '2001-01-01'",
        remedy="ALTER ROLE etl VALID UNTIL 'infinity';",
        passed=BEFORE_AUTHENTICATION,
    ),
    Rung(
        "md5 hash stored under a scram line",
        "postgres.authentication.password-wrong",
        Stage.AUTHENTICATION,
        AUTH_FAILED,
        breaks=f"SET password_encryption = 'md5'; {PASSWORD_SQL}",
        passed=BEFORE_AUTHENTICATION,
    ),
    Rung(
        "NOLOGIN with the right password",
        "postgres.authentication.login-not-permitted",
        Stage.AUTHENTICATION,
        {"sqlstate": "28000", "routine": "InitializeSessionUserId"},
        breaks="ALTER ROLE etl NOLOGIN",
        remedy="ALTER ROLE etl LOGIN;",
        passed=BEFORE_AUTHENTICATION,
    ),
    Rung(
        "role missing, under trust",
        "postgres.authentication.role-refused",
        Stage.AUTHENTICATION,
        {"sqlstate": "28000", "routine": "InitializeSessionUserId"},
        hba=("host all all all trust",),
        user="ghost",
        remedy="CREATE ROLE ghost LOGIN;",
        passed=BEFORE_AUTHENTICATION,
    ),
    Rung(
        "NOLOGIN, under trust",
        "postgres.authentication.role-refused",
        Stage.AUTHENTICATION,
        {"sqlstate": "28000", "routine": "InitializeSessionUserId"},
        hba=("host all all all trust",),
        breaks="ALTER ROLE etl NOLOGIN",
        remedy="ALTER ROLE etl LOGIN;",
        passed=BEFORE_AUTHENTICATION,
    ),
    Rung(
        "no line in pg_hba.conf",
        "postgres.rule.no-entry",
        Stage.RULE,
        {"sqlstate": "28000", "routine": "ClientAuthentication"},
        hba=("host all somebody_else all trust",),
        passed=BEFORE_RULE,
    ),
    Rung(
        "a line that says reject",
        "postgres.rule.no-entry",
        Stage.RULE,
        {"sqlstate": "28000", "routine": "ClientAuthentication"},
        hba=("host all all all reject",),
        passed=BEFORE_RULE,
    ),
    Rung(
        "hostssl without TLS",
        "postgres.rule.no-entry",
        Stage.RULE,
        {"sqlstate": "28000", "routine": "ClientAuthentication"},
        hba=("hostssl all all all scram-sha-256",),
        passed=BEFORE_RULE,
    ),
    Rung(
        "ident refused",
        "postgres.authentication.identity-refused",
        Stage.AUTHENTICATION,
        {"sqlstate": "28000", "routine": "auth_failed"},
        hba=("host all all all ident",),
        passed=BEFORE_AUTHENTICATION,
    ),
    Rung(
        "database missing",
        "postgres.database.missing",
        Stage.DATABASE,
        {"sqlstate": "3D000", "routine": "InitPostgres"},
        database="nowhere",
        remedy="CREATE DATABASE nowhere;",
        passed=BEFORE_DATABASE,
    ),
    Rung(
        "datallowconn is false",
        "postgres.database.not-accepting",
        Stage.DATABASE,
        {"sqlstate": "55000", "routine": "CheckMyDatabase"},
        breaks="ALTER DATABASE sales ALLOW_CONNECTIONS false",
        remedy="ALTER DATABASE sales WITH ALLOW_CONNECTIONS true;",
        passed=BEFORE_DATABASE,
    ),
    Rung(
        "no CONNECT",
        "postgres.database.connect-missing",
        Stage.DATABASE,
        {
            "sqlstate": "42501",
            "routine": "CheckMyDatabase",
            "detail": "User does not have CONNECT privilege.",
        },
        breaks="REVOKE CONNECT ON DATABASE sales FROM PUBLIC",
        remedy="GRANT CONNECT ON DATABASE sales TO etl;",
        passed=BEFORE_DATABASE,
    ),
    Rung(
        "role limit",
        "postgres.session.role-limit",
        Stage.SESSION,
        {"sqlstate": "53300", "routine": "InitializeSessionUserId"},
        breaks="ALTER ROLE etl CONNECTION LIMIT 0",
        remedy="ALTER ROLE etl CONNECTION LIMIT -1;",
        passed=BEFORE_DATABASE,
    ),
    Rung(
        "database limit",
        "postgres.session.database-limit",
        Stage.SESSION,
        {"sqlstate": "53300", "routine": "CheckMyDatabase"},
        breaks="ALTER DATABASE sales CONNECTION LIMIT 0",
        remedy="ALTER DATABASE sales CONNECTION LIMIT -1;",
        passed=(*BEFORE_DATABASE, Stage.DATABASE),
    ),
    Rung(
        "an option that the server does not know",
        "postgres.session.option-refused",
        Stage.SESSION,
        {"sqlstate": "42704"},
        settings={"options": "-c nothing_like_it=1"},
        passed=(*BEFORE_DATABASE, Stage.DATABASE),
    ),
)
