"""What the oracle found about one statement."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Left(str, Enum):
    """Why a statement is not counted."""

    INVALID = "the superuser cannot run it"
    NOT_REPEATABLE = "the superuser cannot run it twice"
    NEEDS_NOTHING = "it needs nothing"
    NO_MATTER = "it has no rights of its own: transactions, cursors, notices"


@dataclass(frozen=True)
class Verdict:
    """One statement in its place. `left` says why it is not counted, None where it is.

    `grants` are what was computed; `unjudged` and `error` say what was wrong, `superfluous` what could be taken away.
    """

    file: str
    line: int
    text: str
    left: Left | None = None
    grants: tuple[str, ...] = ()
    unjudged: tuple[str, ...] = ()
    error: str = ""
    superfluous: tuple[str, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether the statement is valid, repeatable and needs something."""
        return not self.left

    @property
    def answered(self) -> bool:
        """Whether the engine left nothing unjudged."""
        return self.counts and not self.unjudged

    @property
    def sound(self) -> bool:
        """Whether a role with just the computed grants could run it."""
        return self.answered and not self.error

    @property
    def minimal(self) -> bool:
        """Whether it is sound and fails without any single one of them."""
        return self.sound and not self.superfluous

    @property
    def invented(self) -> bool:
        """Whether something was computed, without a doubt, for a statement that needs nothing."""
        return self.left is Left.NEEDS_NOTHING and bool(self.grants) and not self.unjudged
