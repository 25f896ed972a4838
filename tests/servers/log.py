"""A server's log file, read from a mark: the log of this test, not of all before it."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Log:
    """The log at `path`. `mark()` forgets what is there; `text` is what came since."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._mark = 0

    def mark(self) -> None:
        """Let `text` begin here."""
        self._mark = self._size()

    @property
    def text(self) -> str:
        """What the server wrote since the mark."""
        return self._since(self._mark)

    @contextmanager
    def contains(self, needle: str, seconds: float = 2) -> Iterator[None]:
        """What happens in the `with` block must make the server write `needle`, within `seconds` after it."""
        start = self._size()
        yield
        deadline = time.monotonic() + seconds
        while needle not in (text := self._since(start)):
            assert time.monotonic() < deadline, f"the log does not say {needle!r}; it says:\n{text}"
            time.sleep(0.01)

    def _size(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0

    def _since(self, start: int) -> str:
        if not self.path.exists():
            return ""
        with self.path.open("rb") as file:
            file.seek(start)
            return file.read().decode(errors="replace")
