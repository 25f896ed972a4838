"""What one address answered: the stages it was taken through, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from safeconduct.model import Stage, StageOutcome, StageReport

if TYPE_CHECKING:
    from safeconduct.model import Finding, Unjudged
    from safeconduct.postgres.open_session import OpenSession, SessionFacts
    from safeconduct.postgres.refusal import Refusal

_ORDER = tuple(Stage)


class Lead(Enum):
    """Where libpq goes after this answer."""

    NEXT_ADDRESS = "the next address, then the next host"
    NEXT_HOST = "the next host"
    OTHER_ENCRYPTION = "the same address, with or without TLS"
    NOWHERE = "it ends here"


@dataclass(frozen=True)
class Trial:
    """Exactly one of `session`, `finding` and `unjudged` is set. `facts` may come with a session.

    `refusal` is what the server said, where the finding comes from a refusal of the server's.
    """

    stages: tuple[StageReport, ...]
    session: OpenSession | None = None
    finding: Finding | None = None
    unjudged: Unjudged | None = None
    facts: SessionFacts | None = None
    lead: Lead = Lead.NOWHERE
    refusal: Refusal | None = None

    @property
    def reached(self) -> int:
        """How far it came, as a number to compare."""
        return max((_ORDER.index(report.stage) for report in self.stages), default=-1)

    @property
    def words(self) -> str:
        """How it ended, in one sentence."""
        if self.finding:
            return self.finding.message
        return self.unjudged.reason if self.unjudged else "let in"


class Steps:
    """The stages passed so far, and the ways to end them."""

    def __init__(self, stages: tuple[StageReport, ...] = ()) -> None:
        self._stages = list(stages)

    @property
    def stages(self) -> tuple[StageReport, ...]:
        """As they stand now."""
        return tuple(self._stages)

    def passed(self, stage: Stage, detail: str) -> None:
        """This stage let the connection through."""
        self._stages.append(StageReport(stage, StageOutcome.PASSED, detail))

    def refused(self, finding: Finding, *, stage: Stage | None = None, lead: Lead = Lead.NOWHERE) -> Trial:
        """The end: refused at the finding's stage, or at `stage` where it came later than the rule says."""
        if stage is not None:
            finding = replace(finding, stage=stage)
        assert finding.stage is not None
        report = StageReport(finding.stage, StageOutcome.REFUSED, f"refused: {finding.message}")
        return Trial((*self._stages, report), finding=finding, lead=lead)

    def unjudged(self, stage: Stage, unjudged: Unjudged, *, lead: Lead = Lead.NOWHERE) -> Trial:
        """The end: it could not be found out."""
        report = StageReport(stage, StageOutcome.UNJUDGED, unjudged.reason)
        return Trial((*self._stages, report), unjudged=unjudged, lead=lead)
