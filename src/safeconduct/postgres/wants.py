"""What an exchange waits for, and the one loop that gives it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from safeconduct.postgres.exchange import Exchange

T = TypeVar("T")


@dataclass(frozen=True)
class Send:
    """Send all of `data` (which may hold a password, so repr does not show it), and answer None."""

    data: bytes = field(repr=False)


@dataclass(frozen=True)
class Receive:
    """Answer with what has come: at least one byte, or b"" once the peer has closed.

    `awaited` names what is waited for ("an authentication request"); `so_far` is what was learnt up to now, None
    outside of the log-in.
    """

    awaited: str
    so_far: Exchange | None = None


Want = Send | Receive
Talk = Generator[Want, bytes | None, T]
"""A conversation that ends with a T."""


def drive(talk: Talk[T], send: Callable[[bytes], None], receive: Callable[[Receive], bytes]) -> T:
    """Hold the conversation to its end. What `send` and `receive` raise ends it and passes through."""
    answer: bytes | None = None
    try:
        while True:
            try:
                want = talk.send(answer)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]
            if isinstance(want, Send):
                send(want.data)
                answer = None
            else:
                answer = receive(want)
    finally:
        talk.close()
