"""Ctrl-C and its kin, heard only where nothing can be left behind half made."""

from __future__ import annotations

import os
import select
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

HEARD = ("SIGINT", "SIGTERM", "SIGHUP")


class Interrupted(BaseException):
    """Somebody wants us to end. `number` is the signal; a process ended by it returns 128 + number."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Interruptions:
    """Records the signals that ask us to end, and raises Interrupted only where that is permitted.

    As a context manager it takes over the handlers and gives them back. Works in the main thread only.
    """

    def __init__(self) -> None:
        self._permitted = False
        self._received: int | None = None
        self._handlers: dict[int, Any] = {}
        self._woken, self._waker, self._waker_before = -1, -1, -1

    def __enter__(self) -> Interruptions:
        self._woken, self._waker = os.pipe()
        os.set_blocking(self._waker, False)
        self._waker_before = signal.set_wakeup_fd(self._waker, warn_on_full_buffer=False)
        for name in HEARD:
            number = getattr(signal, name, None)
            # Ignored signals stay ignored: `nohup` and background jobs of scripts depend on it.
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                self._handlers[number] = signal.signal(number, self._receive)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._waker_before)
        os.close(self._woken)
        os.close(self._waker)

    def wait_for(self, stream: TextIO) -> None:
        """Wait until the stream can be read, or has ended; a signal ends the wait wherever one is permitted.

        A plain read would miss a signal that comes after Python last looked and before the read begins, and block.
        """
        while stream.fileno() not in select.select([stream.fileno(), self._woken], [], [])[0]:
            os.read(self._woken, 512)

    def _receive(self, number: int, _frame: FrameType | None) -> None:
        if self._received is None:
            self._received = number
        if self._permitted:
            self._permitted = False
            raise Interrupted(self._received)

    @contextmanager
    def permitted(self) -> Iterator[None]:
        """Within this block a signal raises Interrupted, once; the block must stand inside the clean-up's try."""
        with self._set(True):
            yield

    @contextmanager
    def postponed(self) -> Iterator[None]:
        """Within this block a signal waits until the block is left: for taking hold of what must be given back."""
        with self._set(False):
            yield

    @contextmanager
    def _set(self, permitted: bool) -> Iterator[None]:
        before = self._permitted
        self._change(permitted)
        try:
            yield
        finally:
            self._permitted = False
        self._change(before)

    def _change(self, permitted: bool) -> None:
        if permitted and self._received is not None:
            raise Interrupted(self._received)
        self._permitted = permitted
