"""A conversation as a transcript: `<<` is what the client must send next, `>>` what the server says then.

play = Playbook(log_in(ETL, Inbox()))
play << startup_message({...}) >> Authentication(AuthCode.OK) >> ReadyForQuery()
assert play.result.ready
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from safeconduct.postgres.messages import BackendMessage, encode
from safeconduct.postgres.wire import Receive, Send, Want, drive

if TYPE_CHECKING:
    from safeconduct.postgres.wire import Talk

T = TypeVar("T")

Spoken = BackendMessage | bytes | Callable[[bytes], bytes]
"""What a server says: a message, bytes, or a function of what the client has just said."""


class Playbook(Generic[T]):
    """Plays a server to a client's Talk. `every` cuts what the server says into pieces of so many bytes."""

    def __init__(self, talk: Talk[T], every: int = 65_536) -> None:
        self._talk = talk
        self._every = every
        self._want: Want | None = None
        self._pieces: list[bytes] = []
        self._result: T | None = None
        self._over = False
        self.sent = b""
        self._advance(None)

    def __lshift__(self, expected: bytes | type[Any]) -> Playbook[T]:
        """The client must send this now; `bytes` (the type) stands for anything."""
        self._hand_over()
        assert isinstance(self._want, Send), f"the client does not send, it wants {self._want!r}, result {self._result}"
        self.sent = self._want.data
        if isinstance(expected, bytes):
            assert self.sent == expected
        self._advance(None)
        return self

    def __rshift__(self, spoken: Spoken) -> Playbook[T]:
        """The server says this, or hangs up (b"")."""
        if callable(spoken):
            spoken = spoken(self.sent)
        data = spoken if isinstance(spoken, bytes) else encode(spoken)
        cuts = range(0, max(1, len(data)), self._every)
        self._pieces += [data[at : at + self._every] for at in cuts]
        return self

    @property
    def result(self) -> T:
        """How the conversation ended; it must have."""
        self._hand_over()
        assert self._over, f"it is not over, the client wants {self._want!r}"
        assert not self._pieces, f"the client did not listen to {self._pieces!r}"
        return self._result  # type: ignore[return-value]

    @property
    def waits_for(self) -> Receive:
        """What the client waits for, having heard everything."""
        self._hand_over()
        assert isinstance(self._want, Receive), f"it does not wait, result {self._result}"
        return self._want

    def _hand_over(self) -> None:
        while self._pieces and isinstance(self._want, Receive):
            self._advance(self._pieces.pop(0))

    def _advance(self, answer: bytes | None) -> None:
        try:
            self._want = self._talk.send(answer)
        except StopIteration as end:
            self._want, self._over, self._result = None, True, end.value


def listen(talk: Talk[T], stream: bytes, every: int = 65_536) -> T:
    """Let the server say all of `stream`, whatever the client sends, and then hang up."""
    pieces = iter([stream[at : at + every] for at in range(0, len(stream), every)])
    return drive(talk, lambda _: None, lambda _: next(pieces, b""))
