"""What was looked up a moment ago: so many answers at most, each for so many seconds."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

Kept = TypeVar("Kept")
SIZE = 1024
SECONDS = 60.0


class Cache(Generic[Kept]):
    """Safe between threads. The answer that was used longest ago makes room for a new one."""

    def __init__(self, size: int = SIZE, seconds: float = SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        self._size = size
        self._seconds = seconds
        self._clock = clock
        self._kept: OrderedDict[Hashable, tuple[float, Kept]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Hashable) -> tuple[Kept] | None:
        """The answer in a tuple of one, since None is an answer too; None when there is none that is fresh."""
        with self._lock:
            entry = self._kept.get(key)
            if entry is None:
                return None
            if entry[0] <= self._clock():
                del self._kept[key]
                return None
            self._kept.move_to_end(key)
            return (entry[1],)

    def put(self, key: Hashable, answer: Kept) -> None:
        """Keep an answer from now on."""
        with self._lock:
            self._kept[key] = (self._clock() + self._seconds, answer)
            self._kept.move_to_end(key)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
