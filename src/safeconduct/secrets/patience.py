"""How long a place is waited for, and how it is asked again when it says that it is asked too often."""

from __future__ import annotations

import random
import threading
import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Answered = TypeVar("Answered")
DEFAULT_TIMEOUT = 5.0
"""Seconds for each address."""
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 2.0


class TooSlow(Exception):
    """No answer came in time."""


def within(seconds: float, ask: Callable[[], Answered]) -> Answered:
    """The answer, or what asking raised. Raises TooSlow when neither came in time.

    A library's own timeouts count from one octet to the next, so that a server which drips is waited for without end.
    The asking goes on by itself then, in a thread that keeps no process alive.
    """
    answers: list[Answered] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            answers.append(ask())
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True, name="secrets-backend")
    thread.start()
    thread.join(seconds)
    if errors:
        raise errors[0]
    if not answers:
        raise TooSlow
    return answers[0]


class Patience:
    """The pauses of one request that is repeated: each twice as long as the one before, give or take a half.

    They end when the next would end after `seconds` from now. `asked` counts the requests.
    """

    def __init__(
        self,
        seconds: float,
        sleep: Callable[[float], object] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._until = clock() + seconds
        self._sleep = sleep
        self._clock = clock
        self._pause = FIRST_PAUSE
        self.asked = 1

    def pause(self) -> bool:
        """Wait, and say whether to ask again."""
        pause = self._pause * random.uniform(0.5, 1.5)  # noqa: S311 - so that many do not ask again at once
        if self._clock() + pause >= self._until:
            return False
        self._sleep(pause)
        self._pause = min(self._pause * 2, LONGEST_PAUSE)
        self.asked += 1
        return True
