"""The start-up exchange as values: what goes in (Login), and what was learnt (Exchange)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from safeconduct.postgres.auth_policy import ANY_METHOD, AuthPolicy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from safeconduct.model import Secret
    from safeconduct.postgres.messages import NegotiateProtocolVersion
    from safeconduct.postgres.server_message import ServerMessage


class ChannelBinding(str, Enum):
    """libpq's option channel_binding: whether the password's proof is tied to this very TLS connection."""

    DISABLE = "disable"
    PREFER = "prefer"
    REQUIRE = "require"


class StopReason(str, Enum):
    """Why the client did not go on, though the server had not refused."""

    PASSWORD_ABSENT = "password-absent"  # noqa: S105 - the name of a reason
    METHOD_UNSUPPORTED = "method-unsupported"
    METHOD_FORBIDDEN = "method-forbidden"
    CHANNEL_BINDING_ABSENT = "channel-binding-absent"
    SERVER_UNPROVEN = "server-unproven"


@dataclass(frozen=True)
class Stop:
    """The client's own end of the exchange; `detail` is half a sentence that begins in lower case."""

    reason: StopReason
    detail: str


@dataclass(frozen=True)
class Login:
    """Who logs in where, and how far the client lets the server go.

    `parameters` are further start-up settings (application_name, options, ...); client_encoding is UTF8 where it
    is not among them. An empty password counts as none, as for libpq. `tls` says that the stream is encrypted,
    `endpoint` is the server certificate's hash for channel binding (`scram.server_end_point`), None where it has none.
    """

    user: str
    database: str
    password: Secret | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    tls: bool = False
    endpoint: bytes | None = None
    channel_binding: ChannelBinding = ChannelBinding.PREFER
    require_auth: AuthPolicy = ANY_METHOD


@dataclass(frozen=True)
class Exchange:
    """What was learnt, whole or so far. At most one of `error` (the server's refusal) and `stop` (ours) is set.

    `asked` are the methods that the server asked for, in libpq's words: scram-sha-256, md5, password, gss, sspi,
    oauth; also kerberos-5, scm, `sasl NAME` and `code N`. It is empty where the server asked for nothing (trust, peer,
    ident, certificate). `mechanisms` are the SASL mechanisms offered; `used` is what was answered with: a method, or
    scram-sha-256-plus. `password_sent` is true once anything made from the password has left.
    """

    asked: tuple[str, ...] = ()
    mechanisms: tuple[str, ...] = ()
    used: str | None = None
    password_sent: bool = False
    authenticated: bool = False
    ready: bool = False
    parameters: Mapping[str, str] = field(default_factory=dict)
    backend_pid: int | None = None
    version: NegotiateProtocolVersion | None = None
    notices: tuple[ServerMessage, ...] = ()
    error: ServerMessage | None = None
    stop: Stop | None = None
