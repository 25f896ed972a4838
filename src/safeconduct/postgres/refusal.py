"""A refusal by PostgreSQL, explained: from SQLSTATE and routine to a finding, never from localised text.

The routine name (field R of ErrorResponse) is the C function that refused; it is never translated. The table below
is read off PostgreSQL 13 to 18 (src/backend/libpq/auth.c, utils/init/{miscinit,postinit}.c, storage/lmgr/proc.c,
postmaster). Server text is shown as evidence; where it happens to stand in English it may narrow what remains
possible, but it never decides which rule it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from safeconduct.model import Remedy, RemedyKind, Stage, quote_identifier
from safeconduct.postgres import rules_login as rules
from safeconduct.postgres.pooler import explain_pooler
from safeconduct.postgres.refusal_rule import client_ca_missing, hba_line, no_entry
from safeconduct.postgres.refusal_session import database_limit, not_ready, role_limit, slots_full, slots_reserved

if TYPE_CHECKING:
    from collections.abc import Callable

    from safeconduct.model import Finding, Rule
    from safeconduct.postgres.messages import ServerMessage
    from safeconduct.postgres.resolve import Address

OPTION_SQLSTATES = frozenset({"22023", "42704", "55P02", "42501", "42602"})


@dataclass(frozen=True)
class Refusal:
    """What is known when the server has said no. `asked` lists the methods it asked for ("scram-sha-256", ...).

    `server` is the address that answered; `tls_asked` says whether TLS was asked for; `assumed` is that of the target.
    `password_odd` is what may be told of the password that was sent, "" for nothing.
    """

    subject: str
    role: str
    database: str
    error: ServerMessage
    asked: tuple[str, ...] = ()
    tls: bool = False
    client_address: str | None = None
    server: Address | None = None
    tls_asked: bool = False
    assumed: Mapping[str, str] = field(default_factory=dict)
    password_odd: str = ""

    @property
    def role_sql(self) -> str:
        """The role's name, quoted for SQL."""
        return quote_identifier(self.role)

    @property
    def role_literal(self) -> str:
        """The role's name as a string literal."""
        return "'" + self.role.replace("'", "''") + "'"

    @property
    def database_sql(self) -> str:
        """The database's name, quoted for SQL."""
        return quote_identifier(self.database)

    @property
    def evidence(self) -> Mapping[str, str]:
        """SQLSTATE, the server's words and the routine, as every finding about a refusal shows them."""
        error = self.error
        items = {
            "sqlstate": error.sqlstate,
            "message": error.message,
            "detail": error.detail,
            "hint": error.hint,
            "routine": error.routine,
            "noticed": self.password_odd,
        }
        return {name: value for name, value in items.items() if value}

    def finding(self, rule: Rule, message: str, *remedies: Remedy, possible: tuple[str, ...] = ()) -> Finding:
        """A finding about this refusal, with its evidence."""
        return rule.finding(self.subject, message, evidence=self.evidence, possible=possible, remedies=remedies)


def explain_refusal(refusal: Refusal) -> Finding:
    """The finding for a refusal: the rule that PostgreSQL applied, its evidence and its remedies."""
    error = refusal.error
    if error.routine is None:
        return explain_pooler(refusal)
    explain = _BY_ROUTINE.get((error.sqlstate, error.routine)) or _BY_SQLSTATE.get(error.sqlstate)
    if explain is None and error.sqlstate in OPTION_SQLSTATES:
        explain = _option_refused
    return with_assumed((explain or _refused_otherwise)(refusal), refusal)


def with_assumed(finding: Finding, refusal: Refusal) -> Finding:
    """The finding, with what libpq filled in where that may be the cause, and how to fill it in instead."""
    field_of = {Stage.RULE: ("login", "schema"), Stage.AUTHENTICATION: ("login",), Stage.DATABASE: ("schema",)}
    concerned = [name for name in field_of.get(finding.stage or Stage.SESSION, ()) if name in refusal.assumed]
    if not concerned:
        return finding
    words = {"login": "<the role's name>", "schema": "<the database's name>"}
    mended = tuple(
        Remedy(RemedyKind.OPTION, f"{name} = {words[name]}", when=f"in the Airflow connection: {refusal.assumed[name]}")
        for name in concerned
    )
    others = tuple(replace(one, when=one.when or "where that is meant") for one in finding.remedies)
    evidence = {**finding.evidence, **{f"{name} of the connection": "empty" for name in concerned}}
    return replace(finding, evidence=evidence, remedies=(*mended, *others))


def _sql(text: str, when: str = "") -> Remedy:
    return Remedy(RemedyKind.SQL, text, when=when)


def _password_wrong(refusal: Refusal) -> Finding:
    where = f"WHERE rolname = {refusal.role_literal}"
    look = f"SELECT rolvaliduntil FROM pg_roles {where}"
    stored = f"SELECT left(rolpassword, 3) FROM pg_authid {where}"
    possible = [
        "the password is wrong",
        f"the role does not exist (any role can see: {look}; no row)",
        f"the password has expired (any role can see: {look}; a time in the past)",
        f"the role has no password (a superuser can see: {stored}; null)",
    ]
    if "scram-sha-256" in refusal.asked:
        possible.append("the password is stored as md5, and the rule asks for scram-sha-256 (the same query; md5)")
    return refusal.finding(
        rules.PASSWORD_WRONG,
        f"the server did not accept the password of {refusal.role}",
        Remedy(
            RemedyKind.COMMAND,
            f"\\password {refusal.role_sql}",
            when="password wrong, absent or md5: in psql, as an administrator; then put it into the connection",
        ),
        _sql(f"ALTER ROLE {refusal.role_sql} VALID UNTIL 'infinity';", "password expired"),
        _sql(f"CREATE ROLE {refusal.role_sql} LOGIN;", "role missing; then give it a password with \\password"),
        possible=tuple(possible),
    )


def _login_not_permitted(refusal: Refusal) -> Finding:
    if not refusal.asked:
        return _role_refused(refusal)
    return refusal.finding(
        rules.LOGIN_NOT_PERMITTED,
        f"the password is right, but the role {refusal.role} is not permitted to log in",
        _sql(f"ALTER ROLE {refusal.role_sql} LOGIN;"),
    )


def _role_refused(refusal: Refusal) -> Finding:
    english = refusal.error.message
    look = f"SELECT rolcanlogin FROM pg_roles WHERE rolname = {refusal.role_literal}"
    missing = "the role does not exist"
    nologin = "the role may not log in (NOLOGIN)"
    possible: tuple[str, ...] = (
        f"{missing} (any role can see: {look}; no row)",
        f"{nologin} (the same query; f)",
    )
    if english == f'role "{refusal.role}" does not exist':
        possible = (missing,)
    elif english == f'role "{refusal.role}" is not permitted to log in':
        possible = (nologin,)
    create = _sql(f"CREATE ROLE {refusal.role_sql} LOGIN;", missing)
    login = _sql(f"ALTER ROLE {refusal.role_sql} LOGIN;", nologin)
    remedies = tuple(remedy for remedy in (create, login) if any(cause.startswith(remedy.when) for cause in possible))
    return refusal.finding(
        rules.ROLE_REFUSED,
        f"the server asked for no password, and refuses the role {refusal.role} itself",
        *remedies,
        possible=possible,
    )


def _auth_failed(refusal: Refusal) -> Finding:
    if refusal.asked and refusal.asked[-1] in {"password", "md5", "scram-sha-256"}:
        return refusal.finding(
            rules.DIRECTORY_REFUSED,
            f"a directory behind the server (LDAP, PAM or RADIUS) did not confirm the password of {refusal.role}",
        )
    return refusal.finding(
        rules.IDENTITY_REFUSED,
        f"the server could not match whom it saw (peer, ident, certificate or Kerberos) with {refusal.role}",
        Remedy(
            RemedyKind.PG_HBA,
            hba_line(refusal),
            when="to log in with a password instead: in pg_hba.conf, above the line that matches now;"
            " then SELECT pg_reload_conf()",
        ),
    )


def _database_missing(refusal: Refusal) -> Finding:
    return refusal.finding(
        rules.DATABASE_MISSING,
        f"there is no database {refusal.database} on this server",
        Remedy(
            RemedyKind.OPTION,
            "schema = <name of the database>",
            when="the name is wrong: in the Airflow connection, whose `schema` field names the database",
        ),
        _sql(f"CREATE DATABASE {refusal.database_sql};", "the database is to be made"),
    )


def _not_accepting(refusal: Refusal) -> Finding:
    return refusal.finding(
        rules.NOT_ACCEPTING,
        f"the database {refusal.database} accepts no connections",
        _sql(f"ALTER DATABASE {refusal.database_sql} WITH ALLOW_CONNECTIONS true;"),
    )


def _connect_missing(refusal: Refusal) -> Finding:
    return refusal.finding(
        rules.CONNECT_MISSING,
        f"{refusal.role} may not connect to {refusal.database}",
        _sql(f"GRANT CONNECT ON DATABASE {refusal.database_sql} TO {refusal.role_sql};"),
    )


def _option_refused(refusal: Refusal) -> Finding:
    return refusal.finding(
        rules.OPTION_REFUSED, "the server refuses a setting that the connection asks for at start-up"
    )


def _refused_otherwise(refusal: Refusal) -> Finding:
    return refusal.finding(rules.REFUSED_OTHERWISE, f"the server refused the login: {refusal.error.message}")


_BY_ROUTINE: dict[tuple[str | None, str | None], Callable[[Refusal], Finding]] = {
    ("28P01", "auth_failed"): _password_wrong,
    ("28000", "auth_failed"): _auth_failed,
    ("28000", "ClientAuthentication"): no_entry,
    ("F0000", "ClientAuthentication"): client_ca_missing,
    ("28000", "InitializeSessionUserId"): _login_not_permitted,
    ("42501", "CheckMyDatabase"): _connect_missing,
    ("53300", "InitializeSessionUserId"): role_limit,
    ("53300", "CheckMyDatabase"): database_limit,
    ("53300", "InitPostgres"): slots_reserved,
}
_BY_SQLSTATE: dict[str | None, Callable[[Refusal], Finding]] = {
    "28P01": _password_wrong,
    "3D000": _database_missing,
    "55000": _not_accepting,
    "53300": slots_full,
    "57P01": not_ready,
    "57P02": not_ready,
    "57P03": not_ready,
}
