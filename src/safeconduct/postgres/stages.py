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

# The server looks at these before it looks at pg_hba.conf, role or database, though they belong to the last stage.
_BEFORE_THE_RULE = {rules_login.SLOTS_FULL.id, rules_login.NOT_READY.id, rules_transport.POOLER_FULL.id}
_BEFORE_THE_DATABASE = {rules_login.ROLE_LIMIT.id, rules_login.SLOTS_RESERVED.id, rules_transport.POOLER_SERVER.id}


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
        if rule in _BEFORE_THE_RULE and stage in {Stage.RULE, Stage.AUTHENTICATION, Stage.DATABASE}:
            continue
        if rule in _BEFORE_THE_DATABASE and stage is Stage.DATABASE:
            continue
        yield stage, detail


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
