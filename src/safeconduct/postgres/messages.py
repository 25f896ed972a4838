"""The server's messages as values: what they say, and how they lie in the payload.

Every message of the start-up phase (PostgreSQL's documentation, chapter "Frontend/Backend Protocol", sections
"Message Formats" and "Error and Notice Message Fields"), in both directions: `decode` reads one, `encode` writes it
as a server would. Text that is not UTF-8 is read with replacement characters: before the login is accepted a server
may speak in any encoding.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

from safeconduct.postgres.framing import Malformed, pack, show
from safeconduct.postgres.server_message import ServerMessage, decode_fields, encode_fields

if TYPE_CHECKING:
    from collections.abc import Callable

    from safeconduct.postgres.framing import Frame

__all__ = [
    "AuthCode",
    "Authentication",
    "BackendKeyData",
    "BackendMessage",
    "ErrorResponse",
    "NegotiateProtocolVersion",
    "NoticeResponse",
    "ParameterStatus",
    "ReadyForQuery",
    "ServerMessage",
    "decode",
    "encode",
]


class AuthCode(IntEnum):
    """The codes of Authentication messages."""

    OK = 0
    KERBEROS_V5 = 2
    CLEARTEXT_PASSWORD = 3
    MD5_PASSWORD = 5
    SCM_CREDENTIAL = 6
    GSS = 7
    GSS_CONTINUE = 8
    SSPI = 9
    SASL = 10
    SASL_CONTINUE = 11
    SASL_FINAL = 12


@dataclass(frozen=True)
class Authentication:
    """A message of the family 'R'. A code that AuthCode does not know is kept as it came; so is `data`."""

    code: int
    data: bytes = b""

    @property
    def mechanisms(self) -> tuple[str, ...]:
        """The SASL mechanisms that an AuthenticationSASL offers, in the server's order. Raises Malformed."""
        if not self.data.endswith(b"\0\0"):
            raise Malformed("the list of SASL mechanisms has no end")
        return tuple(name.decode("ascii", "replace") for name in self.data[:-2].split(b"\0"))

    @classmethod
    def offer(cls, *mechanisms: str) -> Authentication:
        """An AuthenticationSASL that offers these."""
        return cls(AuthCode.SASL, b"".join(name.encode() + b"\0" for name in mechanisms) + b"\0")


@dataclass(frozen=True)
class ErrorResponse:
    """The server refuses, and why."""

    message: ServerMessage


@dataclass(frozen=True)
class NoticeResponse:
    """The server has something to say; it may come at any time."""

    message: ServerMessage


@dataclass(frozen=True)
class ParameterStatus:
    """A setting that the server reports: server_version, client_encoding, ..."""

    name: str
    value: str


@dataclass(frozen=True)
class BackendKeyData:
    """The session's process id and the key that cancels its queries: 4 bytes, up to 256 in protocol 3.2."""

    pid: int
    key: bytes = field(repr=False)


@dataclass(frozen=True)
class NegotiateProtocolVersion:
    """The server knows only an older minor version, or not all `_pq_.` options."""

    newest_minor: int
    unknown_options: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReadyForQuery:
    """The session waits for a statement; `status` is I (idle), T (in a transaction) or E (in a failed one)."""

    status: str = "I"


BackendMessage = (
    Authentication
    | ErrorResponse
    | NoticeResponse
    | ParameterStatus
    | BackendKeyData
    | NegotiateProtocolVersion
    | ReadyForQuery
)


def decode(frame: Frame) -> BackendMessage:
    """The message in a frame. Raises Malformed where it is of no kind known here, or breaks its own format."""
    decoder = _DECODERS.get(frame.kind)
    if decoder is None:
        raise Malformed(f"a message of type {show(frame.kind)} has no place here")
    return decoder(frame.payload)


def encode(message: BackendMessage) -> bytes:
    """The message as a server sends it."""
    if isinstance(message, (ErrorResponse, NoticeResponse)):
        kind = b"E" if isinstance(message, ErrorResponse) else b"N"
        return pack(kind, encode_fields(message.message))
    return pack(*_encoded(message))


def _encoded(
    message: Authentication | ParameterStatus | BackendKeyData | NegotiateProtocolVersion | ReadyForQuery,
) -> tuple[bytes, bytes]:
    if isinstance(message, Authentication):
        return b"R", struct.pack("!I", message.code) + message.data
    if isinstance(message, ParameterStatus):
        return b"S", _strings(message.name, message.value)
    if isinstance(message, BackendKeyData):
        return b"K", struct.pack("!I", message.pid) + message.key
    if isinstance(message, NegotiateProtocolVersion):
        head = struct.pack("!II", message.newest_minor, len(message.unknown_options))
        return b"v", head + _strings(*message.unknown_options)
    return b"Z", message.status.encode()


def _strings(*texts: str) -> bytes:
    return b"".join(text.encode() + b"\0" for text in texts)


def _split(payload: bytes, what: str, expected: int) -> list[str]:
    parts = payload.split(b"\0")
    if len(parts) != expected + 1 or parts.pop():
        raise Malformed(f"{what} does not hold {expected} strings")
    return [part.decode("utf-8", "replace") for part in parts]


def _authentication(payload: bytes) -> Authentication:
    if len(payload) < 4:
        raise Malformed("an Authentication message has no code")
    return Authentication(int.from_bytes(payload[:4], "big"), payload[4:])


def _parameter(payload: bytes) -> ParameterStatus:
    name, value = _split(payload, "ParameterStatus", 2)
    return ParameterStatus(name, value)


def _key(payload: bytes) -> BackendKeyData:
    if not 8 <= len(payload) <= 4 + 256:
        raise Malformed(f"BackendKeyData has {len(payload)} bytes")
    return BackendKeyData(int.from_bytes(payload[:4], "big"), payload[4:])


def _version(payload: bytes) -> NegotiateProtocolVersion:
    if len(payload) < 8:
        raise Malformed("NegotiateProtocolVersion is cut short")
    newest, count = struct.unpack("!II", payload[:8])
    if count > len(payload):
        raise Malformed("NegotiateProtocolVersion announces more options than it has")
    return NegotiateProtocolVersion(newest, tuple(_split(payload[8:], "NegotiateProtocolVersion", count)))


def _ready(payload: bytes) -> ReadyForQuery:
    if payload not in {b"I", b"T", b"E"}:
        raise Malformed("ReadyForQuery has no status I, T or E")
    return ReadyForQuery(payload.decode())


_DECODERS: dict[bytes, Callable[[bytes], BackendMessage]] = {
    b"R": _authentication,
    b"E": lambda payload: ErrorResponse(decode_fields(payload)),
    b"N": lambda payload: NoticeResponse(decode_fields(payload)),
    b"S": _parameter,
    b"K": _key,
    b"v": _version,
    b"Z": _ready,
}
