"""A walk's result put together: every stage in order, those not reached included."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from safeconduct.model import Finding, Outcome, Severity, Stage, StageOutcome, StageReport, Unjudged, Walk, listed
from safeconduct.postgres import rules_login

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from safeconduct.model import Applied, Location, Secret

_CROWDED = {
    rule.id
    for rule in (
        rules_login.ROLE_LIMIT,
        rules_login.DATABASE_LIMIT,
        rules_login.SLOTS_RESERVED,
        rules_login.SLOTS_FULL,
    )
}


@dataclass(frozen=True)
class WalkResult:
    """One walk with what it found. `free_slots` is what its session saw, None where it saw nothing.

    `secrets` are those that it used and that are worth hiding; `applied` are the remedies that were applied for it.
    """

    walk: Walk
    findings: tuple[Finding, ...] = ()
    unjudged: tuple[Unjudged, ...] = ()
    free_slots: int | None = None
    secrets: tuple[Secret, ...] = ()
    applied: tuple[Applied, ...] = ()

    @property
    def crowded_out(self) -> bool:
        """Whether it was turned away for want of a connection slot."""
        return any(finding.rule in _CROWDED for finding in self.findings)


def walked(
    connection: str,
    target: str,
    stages: Iterable[StageReport],
    findings: tuple[Finding, ...] = (),
    unjudged: tuple[Unjudged, ...] = (),
    *,
    privileges_asked: bool = False,
    free_slots: int | None = None,
    secrets: tuple[Secret, ...] = (),
    applied: tuple[Applied, ...] = (),
) -> WalkResult:
    """The result of a walk that went through these stages. Privileges are a stage only where they were asked for."""
    complete = _complete(tuple(stages), privileges_asked)
    walk = Walk(connection, target, _outcome(complete), complete)
    return WalkResult(walk, findings, unjudged, free_slots, secrets, applied)


def used_in(result: WalkResult, places: Sequence[Location]) -> WalkResult:
    """The result with the places in somebody's files that use the connection, where it led to no session.

    What is asked of a session, and what is said of the place where connections stand, is not about their use.
    """
    before = (one for one in result.walk.stages if one.stage is not Stage.PRIVILEGES)
    if all(one.outcome is StageOutcome.PASSED for one in before):
        return result
    name = result.walk.connection
    used = listed(places)
    return replace(
        result,
        findings=tuple(
            replace(one, evidence={**one.evidence, "used in": used}, location=one.location or places[0])
            if one.subject == name and one.severity is Severity.ERROR
            else one
            for one in result.findings
        ),
        unjudged=tuple(
            Unjudged(name, f"{one.reason}; it is used in {used}") if one.subject == name else one
            for one in result.unjudged
        ),
    )


def _complete(stages: tuple[StageReport, ...], privileges_asked: bool) -> tuple[StageReport, ...]:
    seen = {report.stage: report for report in stages}
    order = [stage for stage in Stage if stage is not Stage.PRIVILEGES or privileges_asked]
    return tuple(seen.get(stage) or StageReport(stage, StageOutcome.NOT_REACHED) for stage in order)


def _outcome(stages: tuple[StageReport, ...]) -> Outcome:
    outcomes = {report.outcome for report in stages}
    if StageOutcome.REFUSED in outcomes:
        return Outcome.REFUSED
    if outcomes & {StageOutcome.UNJUDGED, StageOutcome.NOT_REACHED}:
        return Outcome.UNJUDGED
    return Outcome.IN
