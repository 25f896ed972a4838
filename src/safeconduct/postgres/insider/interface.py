"""The door of those who know more of a refusal than the client was told."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from safeconduct.model import Finding, Secret, Unjudged
    from safeconduct.postgres.refusal import Refusal


@dataclass(frozen=True)
class Inside:
    """What an insider makes of a refusal: the finding told more exactly, or None where there is nothing more exact.

    `evidence` is added to the finding in either case.
    """

    finding: Finding | None = None
    evidence: Mapping[str, str] = field(default_factory=dict)


class Insider(ABC):
    """Somebody who can be asked about refusals. Safe to be asked from several threads.

    `secrets` are what lets it in, so that no output shows them.
    """

    secrets: tuple[Secret, ...] = ()

    @property
    @abstractmethod
    def trouble(self) -> Finding | Unjudged | None:
        """Why it could not be asked, where it was to be and could not."""

    @abstractmethod
    def close(self) -> None:
        """Let go of what it holds open."""

    @abstractmethod
    def explain(self, finding: Finding, refusal: Refusal) -> Inside:
        """What is known of this refusal, which was explained to the client as `finding`."""


class Unasked(Insider):
    """One who was to be asked and cannot be: `trouble` says why."""

    def __init__(self, trouble: Finding | Unjudged) -> None:
        self._trouble = trouble

    @property
    def trouble(self) -> Finding | Unjudged:
        """See Insider."""
        return self._trouble

    def close(self) -> None:
        """See Insider."""

    def explain(self, finding: Finding, refusal: Refusal) -> Inside:
        """See Insider."""
        return Inside()
