"""The TLS policy as libpq keeps it: which attempts in which order, with which certificates, and why one fails."""

from __future__ import annotations

import ssl
from enum import Enum
from typing import TYPE_CHECKING

from safeconduct.postgres.tls_context import PolicyContext, build_context
from safeconduct.postgres.tls_failure import explain_tls_failure, server_without_tls
from safeconduct.postgres.tls_names import peer_names
from safeconduct.postgres.tls_policy import SslMode

if TYPE_CHECKING:
    from safeconduct.postgres.place import HostPort
    from safeconduct.postgres.target import Target

__all__ = [
    "Encryption",
    "PolicyContext",
    "build_context",
    "explain_tls_failure",
    "peer_names",
    "server_without_tls",
    "tls_plan",
    "unverified",
]


class Encryption(str, Enum):
    """How one attempt begins: plain, TLS asked for with SSLRequest, or TLS from the first byte."""

    PLAIN = "plain"
    REQUESTED = "requested"
    DIRECT = "direct"


def tls_plan(target: Target, host: HostPort) -> tuple[Encryption, ...]:
    """The attempts that libpq makes, in order; it goes on to the second when the first is refused.

    For prefer that is when the server has no TLS (the same connection goes on in plain), when the handshake fails or
    a certificate file cannot be used, or when the server refuses the login; for allow when the server refuses the
    plain login.
    """
    first = Encryption.DIRECT if target.tls.direct else Encryption.REQUESTED
    if host.is_unix or target.tls.mode is SslMode.DISABLE:
        return (Encryption.PLAIN,)
    if target.tls.mode is SslMode.ALLOW:
        return (Encryption.PLAIN, first)
    if target.tls.mode is SslMode.PREFER:
        return (first, Encryption.PLAIN)
    return (first,)


def unverified(context: ssl.SSLContext) -> ssl.SSLContext:
    """The same context without any check, to look at a certificate that was refused. Send nothing over it."""
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if isinstance(context, PolicyContext):
        context.exact_host = None
        context.insists_on_protocol = False
    return context
