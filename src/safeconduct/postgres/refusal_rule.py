"""Refusals that pg_hba.conf decided on, explained as far as the client can tell."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from safeconduct.model import Remedy, RemedyKind
from safeconduct.postgres import rules_login as rules

if TYPE_CHECKING:
    from safeconduct.model import Finding
    from safeconduct.postgres.refusal import Refusal


_CERTIFICATE = "the first line that matches asks for a client certificate, and none was shown"


def no_entry(refusal: Refusal) -> Finding:
    """No line fits, or the first that fits says reject or asks for a certificate."""
    possible = _rule_possibilities(refusal)
    return refusal.finding(
        rules.NO_ENTRY,
        f"no rule in pg_hba.conf lets {refusal.role} into {refusal.database} from {_from(refusal)}",
        *([_ask_for_tls()] if _tls_may_help(refusal) else []),
        *([_show_certificate()] if _CERTIFICATE in possible else []),
        Remedy(
            RemedyKind.PG_HBA,
            hba_line(refusal),
            when="in pg_hba.conf, above any line that rejects it; then SELECT pg_reload_conf()",
        ),
        possible=possible,
    )


def _tls_may_help(refusal: Refusal) -> bool:
    """A login without TLS that never asked for it: lines that say hostssl may be waiting."""
    return refusal.client_address is not None and not refusal.tls and not refusal.tls_asked


def _ask_for_tls() -> Remedy:
    when = "in the connection's extra, in place of sslmode=disable or allow: try this first, it needs no new rule"
    return Remedy(RemedyKind.OPTION, '{"sslmode": "require"}', when=when)


def _show_certificate() -> Remedy:
    sample = {"sslcert": "/path/to/client.crt", "sslkey": "/path/to/client.key"}
    when = "in the connection's extra, where the line asks for a client certificate and there is one for this role"
    return Remedy(RemedyKind.OPTION, json.dumps(sample), when=when)


def _from(refusal: Refusal) -> str:
    if refusal.client_address is None:
        return "the unix socket"
    return f"{refusal.client_address} {'with' if refusal.tls else 'without'} TLS"


def hba_line(refusal: Refusal) -> str:
    """The narrowest line that would let this login in by its password."""
    database, role = _hba_name(refusal.database), _hba_name(refusal.role)
    if refusal.client_address is None:
        return f"local {database} {role} scram-sha-256"
    kind = "hostssl" if refusal.tls else "host"
    bits = 128 if ":" in refusal.client_address else 32
    return f"{kind} {database} {role} {refusal.client_address}/{bits} scram-sha-256"


def _hba_name(name: str) -> str:
    """Quoted where pg_hba.conf would give the bare name another meaning (keywords, `+group`, `@file`, `/regex`)."""
    keywords = {"all", "sameuser", "samerole", "samegroup", "replication"}
    if name in keywords or name[:1] in "+@/" or any(c in ' ,#"\t' for c in name):
        return '"' + name.replace('"', '""') + '"'
    return name


def _rule_possibilities(refusal: Refusal) -> tuple[str, ...]:
    encryption = "hostnossl lines do not match it" if refusal.tls else "hostssl lines do not match it"
    came = f"the login came from {_from(refusal)}: {encryption}"
    none = f"no line matches ({came})"
    reject = f"the first line that matches says reject ({came})"
    named = (
        f"the database or the login is misspelt: the lines are looked at before it is known whether {refusal.database} "
        f"and {refusal.role} exist"
    )
    english = refusal.error.message
    if english.startswith("no pg_hba.conf entry for"):
        return (none, named)
    if english.startswith("pg_hba.conf rejects"):
        return (reject, named)
    if english.startswith("connection requires a valid client certificate"):
        return (_CERTIFICATE,)
    return (none, reject, _CERTIFICATE, named) if refusal.tls else (none, reject, named)


def auth_failed(refusal: Refusal) -> Finding:
    """A proof other than PostgreSQL's own password was refused: a directory's, or who somebody is."""
    if refusal.asked and refusal.asked[-1] in {"password", "md5", "scram-sha-256"}:
        return refusal.finding(
            rules.DIRECTORY_REFUSED,
            f"a directory behind the server (LDAP, PAM or RADIUS) did not confirm the password of {refusal.role}",
            _by_password(refusal, "to log in with the role's own password in PostgreSQL instead"),
        )
    return refusal.finding(
        rules.IDENTITY_REFUSED,
        f"the server could not match whom it saw (peer, ident, certificate or Kerberos) with {refusal.role}",
        _by_password(refusal, "to log in with a password instead"),
    )


def _by_password(refusal: Refusal, why: str) -> Remedy:
    where = "in pg_hba.conf, above the line that matches now; then SELECT pg_reload_conf()"
    return Remedy(RemedyKind.PG_HBA, hba_line(refusal), when=f"{why}: {where}")


def client_ca_missing(refusal: Refusal) -> Finding:
    """The line asks for a client certificate that the server cannot check."""
    return refusal.finding(
        rules.CLIENT_CA_MISSING,
        "the rule in pg_hba.conf asks for a client certificate, and the server has no CA to check one with",
        Remedy(
            RemedyKind.SQL,
            "ALTER SYSTEM SET ssl_ca_file = 'root.crt';",
            when="on the server, with the CA's file in the data directory; then SELECT pg_reload_conf()",
        ),
    )
