"""Which finding belongs to which walk, and which to none: the same for every format."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from safeconduct.model import Outcome, Severity, StageOutcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from safeconduct.model import Finding, Report, StageReport, Unjudged, Walk

_Said = TypeVar("_Said", "Finding", "Unjudged")
_ENDS = (StageOutcome.REFUSED, StageOutcome.UNJUDGED)


@dataclass(frozen=True)
class Account:
    """A walk with all that was found of it."""

    walk: Walk
    findings: tuple[Finding, ...]
    unjudged: tuple[Unjudged, ...]

    @property
    def verdict(self) -> Outcome:
        """The walk's outcome, but never "in" where something of it could not be judged."""
        if self.walk.outcome is Outcome.IN and self.unjudged:
            return Outcome.UNJUDGED
        return self.walk.outcome

    @property
    def end(self) -> StageReport | None:
        """The stage that refused it or could not be judged; None where there is no such stage."""
        return next((stage for stage in self.walk.stages if stage.outcome in _ENDS), None)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What keeps it out."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.ERROR)

    @property
    def others(self) -> tuple[Finding, ...]:
        """Warnings and notes."""
        return tuple(finding for finding in self.findings if finding.severity is not Severity.ERROR)

    @property
    def reason(self) -> str:
        """In one sentence why it is not in; empty where it is."""
        if self.verdict is Outcome.REFUSED and self.errors:
            return self.errors[0].message
        if self.verdict is Outcome.UNJUDGED and self.unjudged:
            return self.unjudged[0].reason
        return self.end.detail.removeprefix("refused: ") if self.end else ""


@dataclass(frozen=True)
class Beside:
    """What belongs to no walk."""

    findings: tuple[Finding, ...]
    unjudged: tuple[Unjudged, ...]


def accounts(report: Report) -> list[Account]:
    """Every walk with what belongs to it, in the report's order."""
    findings, unjudged = _by_subject(report.findings), _by_subject(report.unjudged)
    return [
        Account(walk, tuple(findings.get(walk.connection, ())), tuple(unjudged.get(walk.connection, ())))
        for walk in report.walks
    ]


def beside(report: Report) -> Beside:
    """What belongs to none of the report's walks."""
    told = {walk.connection for walk in report.walks}
    return Beside(
        tuple(finding for finding in once(report.findings) if finding.subject not in told),
        tuple(one for one in report.unjudged if one.subject not in told),
    )


def once(findings: Iterable[Finding]) -> list[Finding]:
    """The findings without repetitions: each walk brings along what it found of something that they share."""
    return list({repr(finding): finding for finding in findings}.values())


def counted(outcomes: Iterable[Outcome]) -> str:
    """How many are in, refused and unjudged, in words."""
    counts = Counter(outcomes)
    words = [f"{counts[Outcome.IN]} in", f"{counts[Outcome.REFUSED]} refused"]
    if counts[Outcome.UNJUDGED]:
        words.append(f"{counts[Outcome.UNJUDGED]} could not be judged")
    return ", ".join(words)


def _by_subject(some: Sequence[_Said]) -> dict[str, list[_Said]]:
    grouped: dict[str, list[_Said]] = {}
    for one in some:
        grouped.setdefault(one.subject, []).append(one)
    return grouped
