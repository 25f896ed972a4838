"""A walk as a staircase: one line per stage, and under the one that refused it the evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.model import Severity, StageOutcome
from safeconduct.report.explanation import explanation
from safeconduct.report.page import Ink

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from safeconduct.model import Finding, StageReport, Walk
    from safeconduct.report.page import Page

COLUMN = 16
"""Where a stage's detail begins, behind the mark."""
_MARKS = {StageOutcome.PASSED: " ", StageOutcome.REFUSED: "x", StageOutcome.UNJUDGED: "?"}
_INKS = {StageOutcome.REFUSED: Ink.REFUSED, StageOutcome.UNJUDGED: Ink.UNJUDGED}


def staircase(walk: Walk, findings: Sequence[Finding], page: Page) -> Iterator[list[str]]:
    """The walk told whole, in blocks of lines: its name, its stages with the evidence, and each finding explained."""
    target = f"   {page.clean(walk.target)}" if walk.target else ""
    yield [page.ink(page.clean(walk.connection), Ink.HEADING) + target]
    yield steps(walk, findings, page)
    for finding in findings:
        yield explanation(finding, page)


def steps(walk: Walk, findings: Sequence[Finding], page: Page) -> list[str]:
    """The stages that the walk reached; under the one that refused it the evidence of those findings."""
    refusals = [finding for finding in findings if finding.severity is Severity.ERROR]
    return [line for stage in walk.stages for line in _step(stage, refusals, page)]


def _step(stage: StageReport, refusals: list[Finding], page: Page) -> Iterator[str]:
    if stage.outcome is StageOutcome.NOT_REACHED:
        return
    lead = f"{_MARKS[stage.outcome]} {stage.stage.value.ljust(COLUMN)}"
    lines = page.prose(stage.detail, first=lead)
    ink = _INKS.get(stage.outcome)
    yield from (page.ink(line, ink) if ink else line for line in lines)
    for finding in refusals:
        if stage.outcome is StageOutcome.REFUSED and finding.stage is stage.stage:
            yield from evidence(finding, page, " " * (COLUMN + 2))


def evidence(finding: Finding, page: Page, indent: str) -> Iterator[str]:
    """What was seen, one line or more for each piece: SQLSTATE and the server's words first."""
    rest = dict(finding.evidence)
    sqlstate, message = rest.pop("sqlstate", ""), rest.pop("message", "")
    said = f"{sqlstate} {message}".strip() if message else sqlstate and f"SQLSTATE {sqlstate}"
    routine = rest.pop("routine", "")
    if said:
        yield from page.prose(f"{said} (routine {routine})" if routine else said, first=indent)
    for name in ("detail", "hint"):
        if name in rest:
            yield from page.prose(f"{name.upper()}: {rest.pop(name)}", first=indent)
    for name, value in rest.items():
        yield from page.prose(f"{name.replace('_', ' ')}: {value}", first=indent)
