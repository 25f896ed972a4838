"""What one reading may cost, so that no file can make it endless."""

from __future__ import annotations

STEPS = 300_000  # expressions of one file, calls that it makes included
STEPS_OF_UNCALLED = 30_000  # of one function that nothing calls
STEPS_OF_FOLDER = 60_000_000
LONGEST_TEXT = 1 << 20
LARGEST_FILE = 1 << 20
DEEPEST_CALL = 24
DEEPEST_EXPRESSION = 100
MOST_ALTERNATIVES = 16
MOST_ITERATIONS = 1000
MOST_ENTRIES = 200_000  # files and folders that are looked at
MOST_FOUND = 20_000  # calls of one file


class Spent(Exception):
    """The work that one file may take is done; what is left of it is named as not reached."""


class Budget:
    """Counts the steps of one file."""

    __slots__ = ("calls", "depth", "steps")

    def __init__(self, steps: int = STEPS) -> None:
        self.steps = steps
        self.depth = 0
        self.calls = 0

    def spend(self, steps: int = 1) -> None:
        """Raises Spent when there is nothing left."""
        self.steps -= steps
        if self.steps < 0:
            raise Spent
