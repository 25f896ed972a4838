"""What an exchange shows of the stages that it passed, in the words of the staircase."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from safeconduct.model import Stage
from safeconduct.postgres import rules_login, rules_transport
from safeconduct.postgres.tls_policy import SslMode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from safeconduct.postgres.channel import TlsFacts
    from safeconduct.postgres.exchange import Exchange
    from safeconduct.postgres.open_session import SessionFacts
    from safeconduct.postgres.target import Target
    from safeconduct.postgres.tls_policy import TlsPolicy

_BEFORE_THE_DATABASE = {
    rules_login.ROLE_LIMIT.id,
    rules_login.SLOTS_RESERVED.id,
    rules_login.REFUSED_OTHERWISE.id,
    rules_transport.POOLER_SERVER.id,
}
_UNSEEN = {Stage.RULE, Stage.AUTHENTICATION, Stage.DATABASE}
_LATE = {Stage.DATABASE, Stage.SESSION}


@dataclass(frozen=True)
class Reached:
    """How far a conversation came."""

    target: Target
    tls: TlsFacts | None
    asked_for_tls: bool
    exchange: Exchange


def stages_before(reached: Reached, end: Stage, rule: str = "") -> Iterator[tuple[Stage, str]]:
    """The stages passed before the one where it ended; `rule` is the id of the rule that ended it."""
    for stage, detail in _details(reached):
        if stage is end:
            return
        if stage in _UNSEEN and _said_at_once(reached.exchange, end, rule):
            continue
        if rule in _BEFORE_THE_DATABASE and stage is Stage.DATABASE:
            continue
        yield stage, detail


def _said_at_once(exchange: Exchange, end: Stage, rule: str) -> bool:
    """Whether the refusal came before any rule, role or database was looked at, whatever stage it belongs to.

    So does a full server, one that is not ready, and a pooler that dislikes what it was told.
    """
    early = not exchange.asked and not exchange.authenticated
    return early and (end in _LATE or rule == rules_transport.POOLER_REFUSED.id)


def stages_let_in(reached: Reached, facts: SessionFacts | None) -> Iterator[tuple[Stage, str]]:
    """All stages of a login that succeeded."""
    yield from _details(reached)
    yield Stage.SESSION, _session(reached.exchange, facts)


def _details(reached: Reached) -> Iterator[tuple[Stage, str]]:
    yield Stage.PROTOCOL, _protocol(reached.exchange)
    yield Stage.TLS, _tls(reached)
    yield Stage.RULE, _rule(reached.exchange)
    yield Stage.AUTHENTICATION, _authentication(reached)
    yield Stage.DATABASE, reached.target.database


def _protocol(exchange: Exchange) -> str:
    version = exchange.parameters.get("server_version")
    return f"PostgreSQL {version.split(' ')[0]}" if version else "PostgreSQL"


def _tls(reached: Reached) -> str:
    mode = reached.target.tls.mode
    if reached.tls is not None:
        version = reached.tls.version.replace("TLSv", "TLS ")
        return f"{version}, {_verified(reached.target.tls)}"
    if any(host.is_unix for host in reached.target.hosts):
        return "none: a unix socket"
    if reached.asked_for_tls:
        return f"none: the server has none (sslmode={mode.value})"
    return f"none: not asked for (sslmode={mode.value})"


def _verified(policy: TlsPolicy) -> str:
    if not policy.verifies:
        return f"certificate not verified (sslmode={policy.mode.value})"
    return f"certificate{' and host name' if policy.mode is SslMode.VERIFY_FULL else ''} verified"


def _rule(exchange: Exchange) -> str:
    if exchange.asked:
        return f"asks for {', then '.join(exchange.asked)}"
    return "asks for no password"


def _authentication(reached: Reached) -> str:
    user, exchange = reached.target.user, reached.exchange
    if exchange.password_sent:
        bound = ", bound to this TLS connection" if exchange.used == "scram-sha-256-plus" else ""
        return f"{user} proved its password{bound}"
    return f"{user} had to prove nothing by password (trust, peer, ident or certificate)"


def _session(exchange: Exchange, facts: SessionFacts | None) -> str:
    if facts is None:
        return "open; it tells nothing of itself (a pooler's console?)"
    kind = f"{'standby, ' if facts.in_recovery else ''}{'read-only' if facts.read_only else 'read-write'}"
    # PostgreSQL's BackendKeyData carries the process id of the session; a pooler makes up its own.
    if exchange.backend_pid is not None and exchange.backend_pid != facts.backend_pid:
        return f"open, {kind}, through a pooler such as PgBouncer"
    return f"open, {kind}"
