"""What one run has learnt of addresses, so that a host that never answers costs one time-out, not one per walk."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable

    from safeconduct.model import Finding, Unjudged


class AddressMemory:
    """Addresses (and names) that let a time-out pass during this run, with what was found then. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._silent: dict[Hashable, Finding | Unjudged] = {}

    def recall(self, address: Hashable) -> Finding | Unjudged | None:
        """What was found when this address did not answer, or None."""
        with self._lock:
            return self._silent.get(address)

    def remember(self, address: Hashable, found: Finding | Unjudged) -> None:
        """Keep what was found; the first one stays."""
        with self._lock:
            self._silent.setdefault(address, found)
