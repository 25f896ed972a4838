"""PostgreSQL's messages as they lie on the stream: one byte of type, four of length, and what they hold.

    WireError
        NotPostgres         what answers does not speak this protocol
        ConnectionClosed    the peer hung up in the middle of the exchange
        Malformed           a message breaks the protocol, or has no place there
        MessageTooLong      one message announces more than is sensible
        TooManyMessages     messages without end

Nothing is allocated by an announced length: a message that announces too much is refused as soon as its header is
here, and the buffer never holds more than what has really come.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from safeconduct.postgres.exchange import Exchange

HEADER = 5
EVIDENCE_LIMIT = 256
"""At most so many first bytes of an unknown protocol are kept."""


class WireError(Exception):
    """The exchange cannot go on. `exchange` is what had been learnt by then; the text is one plain sentence."""

    exchange: Exchange | None = None


class NotPostgres(WireError):
    """Another protocol answered; `first_bytes` are its first ones (at most EVIDENCE_LIMIT)."""

    def __init__(self, sentence: str, first_bytes: bytes) -> None:
        super().__init__(sentence)
        self.first_bytes = bytes(first_bytes[:EVIDENCE_LIMIT])


class ConnectionClosed(WireError):
    """The peer hung up; the text says what was awaited, and how much of a message had come."""


class Malformed(WireError):
    """A message breaks the protocol; the text says which."""


class MessageTooLong(WireError):
    """One message announces `announced` bytes where at most `limit` are accepted."""

    def __init__(self, kind: bytes, announced: int, limit: int) -> None:
        super().__init__(f"a message {show(kind)} announces {announced:,} bytes; at most {limit:,} are accepted here")
        self.announced = announced
        self.limit = limit


class TooManyMessages(WireError):
    """The peer sends messages without end."""


class Frame(NamedTuple):
    """One message as it came: its type byte and its payload, not yet understood."""

    kind: bytes
    payload: bytes


class Inbox:
    """What has come from the peer and is not read yet. Feeding it byte by byte costs no more than all at once."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def __len__(self) -> int:
        return len(self._bytes)

    def __repr__(self) -> str:
        return f"<Inbox of {len(self)} bytes>"

    def feed(self, data: bytes) -> None:
        """Append what has come."""
        self._bytes += data

    def peek(self, count: int) -> bytes:
        """The first bytes, fewer where fewer have come; they stay."""
        return bytes(self._bytes[:count])

    def take(self, count: int) -> bytes:
        """The first bytes, which are gone then."""
        taken = self.peek(count)
        del self._bytes[:count]
        return taken

    def take_frame(self, limit: int) -> Frame | None:
        """The next whole message, or None where more must come first.

        `limit` is the largest payload accepted. Raises MessageTooLong and Malformed as soon as the header is here.
        """
        if len(self._bytes) < HEADER:
            return None
        kind = self.peek(1)
        length = int.from_bytes(self._bytes[1:HEADER], "big") - 4
        if length < 0:
            raise Malformed(f"a message {show(kind)} announces a length of {length + 4}, below the least possible 4")
        if length > limit:
            raise MessageTooLong(kind, length, limit)
        if len(self._bytes) < HEADER + length:
            return None
        return Frame(kind, self.take(HEADER + length)[HEADER:])


def pack(kind: bytes, payload: bytes) -> bytes:
    """A message as it goes over the wire; `kind` is empty for a client's first packet."""
    return kind + (len(payload) + 4).to_bytes(4, "big") + payload


def show(kind: bytes) -> str:
    """A type byte for people: 'R', or 0x80 where it is no printable character."""
    text = kind.decode("latin-1")
    return f"'{text}'" if text.isascii() and text.isprintable() else f"0x{kind.hex()}"
