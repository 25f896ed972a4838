"""The first packet of a MySQL server, looked at before the driver reads it.

Source: MySQL client/server protocol, Protocol::HandshakeV10 and ERR_Packet.
"""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass

_HEADER = 4
_VERSION_10 = 10
_ERROR = 0xFF
_LONGEST = 4096  # real ones have some 100 bytes, an error at most 512 characters
_CLIENT_SSL = 0x0800
_PAUSE = 0.005


class NoGreeting(Exception):
    """What came is no MySQL greeting; `seen` are its first bytes."""

    def __init__(self, seen: bytes) -> None:
        super().__init__("no MySQL greeting")
        self.seen = seen


@dataclass(frozen=True)
class Greeting:
    """Whether the server has TLS. Where it refuses at once, `number` is its error and `words` what it says; else 0."""

    offers_tls: bool
    number: int = 0
    words: str = ""


def look_at_greeting(peer: socket.socket, deadline: float) -> Greeting:
    """The greeting, which stays in the socket for the driver; `deadline` is of time.monotonic().

    Raises NoGreeting, TimeoutError, and other OSErrors.
    """
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        peer.settimeout(left)
        seen = peer.recv(_LONGEST, socket.MSG_PEEK)
        if not _may_be_greeting(seen):
            raise NoGreeting(seen)
        if len(seen) > _HEADER and len(seen) >= _HEADER + _length(seen):
            return _read(seen[_HEADER : _HEADER + _length(seen)])
        time.sleep(_PAUSE)  # what is there already would be seen again at once


def _may_be_greeting(seen: bytes) -> bool:
    """Whether it can still become one: packet 0, of a likely length, of version 10 or an error."""
    if not seen or (len(seen) >= _HEADER and (not 1 < _length(seen) <= _LONGEST - _HEADER or seen[3] != 0)):
        return False
    return len(seen) <= _HEADER or seen[_HEADER] in (_VERSION_10, _ERROR)


def _length(seen: bytes) -> int:
    return int.from_bytes(seen[:3], "little")


def _read(payload: bytes) -> Greeting:
    if payload[0] == _ERROR:
        return _read_error(payload)
    after_version = payload.partition(b"\0")[2]
    flags = after_version[13:15]  # behind the thread id, 8 bytes of salt, and a filler
    if len(flags) < 2:
        raise NoGreeting(payload)
    return Greeting(offers_tls=bool(int.from_bytes(flags, "little") & _CLIENT_SSL))


def _read_error(payload: bytes) -> Greeting:
    """An error this early mostly lacks the `#` and SQLSTATE of later ones, and PyMySQL before 1.2 cuts its words."""
    words = payload[9:] if payload[3:4] == b"#" else payload[3:]
    return Greeting(False, int.from_bytes(payload[1:3], "little"), words.decode("utf-8", "replace"))
