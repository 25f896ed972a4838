"""One side of a conversation with a server: frames in, what was learnt so far, and the bounds on it all."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn

from safeconduct.postgres.exchange import Exchange, Stop, StopReason
from safeconduct.postgres.framing import (
    HEADER,
    ConnectionClosed,
    Frame,
    Inbox,
    NotPostgres,
    TooManyMessages,
)
from safeconduct.postgres.messages import BackendMessage, ErrorResponse, NoticeResponse, decode
from safeconduct.postgres.server_message import ServerMessage, decode_fields
from safeconduct.postgres.wants import Receive

if TYPE_CHECKING:
    from safeconduct.postgres.wants import Talk

MAX_MESSAGE = 64 * 1024
MAX_MESSAGES = 1_000
MAX_BYTES = 1024 * 1024
_LEAST_ERROR, _LONGEST_ERROR = 8, 30_000
"""Outside of these libpq takes an error for text without fields, as servers send that could not even fork."""
_LONGEST_TEXT = 4_096


class Ended(Exception):
    """The log-in ends before ReadyForQuery; the conversation's exchange says why."""


class Conversation:
    """The state of one log-in. `exchange` is what was learnt so far."""

    def __init__(self, inbox: Inbox) -> None:
        self.inbox = inbox
        self.exchange = Exchange()
        self._messages = 0
        self._bytes = 0

    def learn(self, **changes: Any) -> None:
        """Note something in the exchange."""
        self.exchange = replace(self.exchange, **changes)

    def stop(self, reason: StopReason, detail: str) -> NoReturn:
        """End the log-in on our side."""
        self.learn(stop=Stop(reason, detail))
        raise Ended

    def receive(self, awaited: str) -> Talk[None]:
        """Wait for more bytes. Raises ConnectionClosed."""
        data = yield Receive(awaited, self.exchange)
        if not data:
            came = f"{len(self.inbox)} bytes of it had come" if len(self.inbox) else "nothing of it had come"
            raise ConnectionClosed(f"the connection was closed while {awaited} was awaited; {came}")
        self.inbox.feed(data)

    def message(self, awaited: str) -> Talk[BackendMessage]:
        """The next message; notices are put aside, and an error ends the log-in (Ended)."""
        if not self._messages:
            yield from self._first(awaited)
        while True:
            message = decode((yield from self._frame(awaited)))
            if isinstance(message, NoticeResponse):
                self.learn(notices=(*self.exchange.notices, message.message))
            elif isinstance(message, ErrorResponse):
                self.learn(error=message.message)
                raise Ended
            else:
                return message

    def _first(self, awaited: str) -> Talk[None]:
        """Look at the first header: another protocol is easier to tell here than from a broken message."""
        try:
            while len(self.inbox) < HEADER:
                yield from self.receive(awaited)
        except ConnectionClosed:
            if self.inbox.peek(1) in {b"", b"R", b"E", b"N", b"v"}:
                raise
        header = self.inbox.peek(HEADER)
        if header[:1] == b"E" and not _has_fields(self.inbox):
            self.learn(error=(yield from take_error(self, awaited)))
            raise Ended
        if header[:1] not in {b"R", b"E", b"N", b"v"} or _is_text(header):
            raise NotPostgres("the answer to the StartupMessage is not PostgreSQL's", self.inbox.peek(len(self.inbox)))

    def _frame(self, awaited: str) -> Talk[Frame]:
        while (frame := self.inbox.take_frame(MAX_MESSAGE)) is None:
            yield from self.receive(awaited)
        self._messages += 1
        self._bytes += HEADER + len(frame.payload)
        if self._messages > MAX_MESSAGES or self._bytes > MAX_BYTES:
            raise TooManyMessages(f"{self._messages:,} messages of {self._bytes:,} bytes came, and still not {awaited}")
        return frame


def take_error(conversation: Conversation, awaited: str) -> Talk[ServerMessage]:
    """The error at the head of the inbox, with fields or, as before protocol 3.0, plain text up to a NUL."""
    inbox = conversation.inbox
    while len(inbox) < HEADER:
        yield from conversation.receive(awaited)
    if _has_fields(inbox):
        while (frame := inbox.take_frame(MAX_MESSAGE)) is None:
            yield from conversation.receive(awaited)
        return decode_fields(frame.payload)
    while b"\0" not in (text := inbox.peek(_LONGEST_TEXT)):
        if len(text) == _LONGEST_TEXT or b"\r" in text:
            raise NotPostgres("the answer begins like an error of PostgreSQL's, and is none", text)
        yield from conversation.receive(awaited)
    return _plain(text)


def _plain(text: bytes) -> ServerMessage:
    message = text[1:].partition(b"\0")[0].decode("utf-8", "replace").rstrip("\n")
    if not message or not message.replace("\n", " ").isprintable():
        raise NotPostgres("the answer begins like an error of PostgreSQL's, and is none", text)
    return ServerMessage(message)


def _has_fields(inbox: Inbox) -> bool:
    length = int.from_bytes(inbox.peek(HEADER)[1:], "big")
    return _LEAST_ERROR <= length <= _LONGEST_ERROR


def _is_text(header: bytes) -> bool:
    """Whether a length is four printable characters: some 500 MB and more, and so a greeting in words."""
    return header[1:].isascii() and header[1:].decode().isprintable()
