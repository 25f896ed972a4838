"""What can go wrong with the demonstration itself, as one sentence for its reader."""

from __future__ import annotations


class DemoProblem(Exception):
    """The demonstration cannot go on. Its text is one sentence that says what to do."""


class NotAsExpected(DemoProblem):
    """It could go on, but showed something else than it should."""
