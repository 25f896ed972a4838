"""The client's messages, encoded (PostgreSQL's documentation, "Message Formats").

Text goes out as UTF-8; bytes that Python kept as lone surrogates (from the environment, say) go out as they were.
Text that the protocol cannot carry raises Unsendable, which names the field and never its value.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from safeconduct.postgres.framing import pack

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from safeconduct.model import Secret

PROTOCOL_3_0 = 3 << 16
_SSL, _GSSENC, _CANCEL = 80877103, 80877104, 80877102


class Unsendable(ValueError):
    """A text that PostgreSQL's protocol cannot carry; the message names the field, never its value."""


def to_bytes(field: str, text: str) -> bytes:
    """The text as it goes over the wire. Raises Unsendable for a NUL character and for text that is no Unicode."""
    return _raised(field, _encoded(text))


def secret_to_bytes(field: str, secret: Secret) -> bytes:
    """A secret as it goes over the wire; where that raises Unsendable, no frame of the traceback holds the value."""
    return _raised(field, _encoded(secret.reveal()))


def _encoded(text: str) -> bytes | str:
    """The bytes, or what is wrong. An exception would carry the text: UnicodeEncodeError has it as an attribute."""
    try:
        data = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return "characters that are no Unicode text"
    return data if b"\0" not in data else "a NUL character, which PostgreSQL cannot take"


def _raised(field: str, encoded: bytes | str) -> bytes:
    if isinstance(encoded, str):
        raise Unsendable(f"the {field} holds {encoded}")
    return encoded


def startup_message(parameters: Mapping[str, str], version: int = PROTOCOL_3_0) -> bytes:
    """The first message of a session: user, database and settings. Raises Unsendable."""
    pairs = [to_bytes(name, part) + b"\0" for name, value in parameters.items() for part in (name, value)]
    return pack(b"", struct.pack("!I", version) + b"".join(pairs) + b"\0")


def ssl_request() -> bytes:
    """Sent before the StartupMessage: may we speak TLS?"""
    return pack(b"", struct.pack("!I", _SSL))


def gssenc_request() -> bytes:
    """Sent before the StartupMessage: may we encrypt by GSSAPI?"""
    return pack(b"", struct.pack("!I", _GSSENC))


def cancel_request(pid: int, key: bytes) -> bytes:
    """Sent on a connection of its own, it cancels what the session of this pid does."""
    return pack(b"", struct.pack("!II", _CANCEL, pid) + key)


def password_message(password: bytes) -> bytes:
    """The password, in clear or as an md5 answer."""
    return pack(b"p", password + b"\0")


def sasl_initial_response(mechanism: str, data: bytes) -> bytes:
    """The mechanism chosen, and the client's first message in it."""
    return pack(b"p", mechanism.encode("ascii") + b"\0" + struct.pack("!I", len(data)) + data)


def sasl_response(data: bytes) -> bytes:
    """A further SASL message of the client; GSSResponse has the same form."""
    return pack(b"p", data)


gss_response = sasl_response


def query(sql: str) -> bytes:
    """One or more statements by the simple protocol. Raises Unsendable."""
    return pack(b"Q", to_bytes("statement", sql) + b"\0")


def parse(sql: str) -> bytes:
    """Prepare one statement under the empty name; the server infers the types of `$1`. Raises Unsendable."""
    return pack(b"P", b"\0" + to_bytes("statement", sql) + b"\0" + struct.pack("!H", 0))


def bind(params: Sequence[str | None]) -> bytes:
    """Bind text parameters (None: NULL) to the empty statement, results as text. Raises Unsendable."""
    parts = [b"\0\0", struct.pack("!HH", 0, len(params))]
    for number, value in enumerate(params, 1):
        if value is None:
            parts.append(struct.pack("!i", -1))
        else:
            data = to_bytes(f"parameter ${number}", value)
            parts += [struct.pack("!i", len(data)), data]
    return pack(b"B", b"".join(parts) + struct.pack("!H", 0))


def describe_portal() -> bytes:
    """Ask for the columns of the empty portal."""
    return pack(b"D", b"P\0")


def execute() -> bytes:
    """Run the empty portal to its end."""
    return pack(b"E", b"\0" + struct.pack("!I", 0))


def sync() -> bytes:
    """End of a series of messages: ReadyForQuery is asked for."""
    return pack(b"S", b"")


def terminate() -> bytes:
    """Goodbye; the client closes after it."""
    return pack(b"X", b"")
