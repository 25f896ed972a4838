"""The TLS policy as libpq keeps it: which attempts in which order, with which certificates, and why one fails."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from safeconduct.postgres.target import SslMode

if TYPE_CHECKING:
    from safeconduct.postgres.target import HostPort, Target


class Encryption(str, Enum):
    """How one attempt begins: plain, TLS asked for with SSLRequest, or TLS from the first byte."""

    PLAIN = "plain"
    REQUESTED = "requested"
    DIRECT = "direct"


def tls_plan(target: Target, host: HostPort) -> tuple[Encryption, ...]:
    """The attempts that libpq makes, in order; it goes on to the second when the first is refused.

    For prefer that is when the server has no TLS (the same connection goes on in plain), when the handshake fails,
    or when the server refuses the login; for allow when the server refuses the plain login.
    """
    first = Encryption.DIRECT if target.tls.direct else Encryption.REQUESTED
    if host.is_unix or target.tls.mode is SslMode.DISABLE:
        return (Encryption.PLAIN,)
    if target.tls.mode is SslMode.ALLOW:
        return (Encryption.PLAIN, first)
    if target.tls.mode is SslMode.PREFER:
        return (first, Encryption.PLAIN)
    return (first,)
