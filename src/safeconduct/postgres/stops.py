"""The client's own reasons to stop a login: nothing to answer with, or an option that forbids to answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from safeconduct.model import Remedy, RemedyKind, Unjudged
from safeconduct.postgres import rules_login as rules
from safeconduct.postgres.exchange import StopReason
from safeconduct.postgres.tls_policy import SslMode

if TYPE_CHECKING:
    from safeconduct.model import Finding
    from safeconduct.postgres.exchange import Exchange
    from safeconduct.postgres.target import HostPort, Target


def explain_stop(target: Target, host: HostPort, exchange: Exchange) -> Finding | Unjudged:
    """Why the client did not go on. A method that we do not speak is no refusal: it could not be judged."""
    assert exchange.stop is not None
    asked = ", then ".join(exchange.asked)
    evidence, stopped = {"asked for": asked}, {"asked for": asked, "stopped": exchange.stop.detail}
    reason = exchange.stop.reason
    if reason is StopReason.METHOD_UNSUPPORTED:
        other = "log in with a client that speaks it, or ask for a line in pg_hba.conf that takes a password"
        return Unjudged(target.subject, f"{exchange.stop.detail}; {other}")
    if reason is StopReason.PASSWORD_ABSENT:
        return rules.PASSWORD_ABSENT.finding(
            target.subject,
            f"the server asks {target.user} for a password, and the connection has none",
            evidence=evidence,
            remedies=(
                Remedy(
                    RemedyKind.OPTION,
                    f"{host}:{target.database}:{target.user}:<password>",
                    when="a line in ~/.pgpass (mode 0600), or put the password into the Airflow connection",
                ),
            ),
        )
    if reason is StopReason.SERVER_UNPROVEN:
        return rules.SERVER_UNPROVEN.finding(
            target.subject,
            "the server did not prove that it knows the password",
            evidence=stopped,
            possible=(
                "a proxy between ends TLS and opens its own: name the server itself, or channel_binding=disable",
                "it is not the server that it claims to be",
            ),
        )
    if reason is StopReason.CHANNEL_BINDING_ABSENT and target.tls.mode is SslMode.DISABLE:
        message = "channel_binding=require needs TLS, and sslmode=disable keeps the connection from it"
        asked_for_tls = _extra({"sslmode": "require"}, "in place of sslmode=disable")
        return rules.REQUIRE_AUTH.finding(target.subject, message, evidence=stopped, remedies=(asked_for_tls,))
    option, shown = _option(target, reason), evidence if reason is StopReason.METHOD_FORBIDDEN else stopped
    return rules.REQUIRE_AUTH.finding(
        target.subject,
        f"the server asks for {asked or 'nothing'}, which {option} forbids",
        evidence=shown,
        remedies=(_allow(exchange, reason),),
    )


def _allow(exchange: Exchange, reason: StopReason) -> Remedy:
    """What the option would have to say. It is somebody's decision, since it protects the password."""
    if reason is StopReason.CHANNEL_BINDING_ABSENT:
        return _extra({"channel_binding": "prefer"}, "only if the way to the server is safe without the binding")
    method = exchange.asked[-1] if exchange.asked else "none"
    return _extra({"require_auth": method}, f"only if the server may ask for {method}")


def _extra(options: dict[str, str], when: str) -> Remedy:
    return Remedy(RemedyKind.OPTION, json.dumps(options), when=f"in the connection's extra, {when}")


def _option(target: Target, reason: StopReason) -> str:
    if reason is StopReason.CHANNEL_BINDING_ABSENT or not target.require_auth:
        return f"channel_binding={target.channel_binding}"
    return f"require_auth={target.require_auth}"
