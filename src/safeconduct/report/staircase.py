"""A walk as a staircase: one line per stage, and under the one that refused it the evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.model import Severity, StageOutcome
from safeconduct.report.explanation import explanation, together
from safeconduct.report.page import Ink

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from safeconduct.model import Finding, StageReport, Walk
    from safeconduct.report.account import Account
    from safeconduct.report.page import Page

COLUMN = 16
"""Where a stage's detail begins, behind the mark."""
_MARKS = {StageOutcome.PASSED: " ", StageOutcome.REFUSED: "x", StageOutcome.UNJUDGED: "?"}
_INKS = {StageOutcome.REFUSED: Ink.REFUSED, StageOutcome.UNJUDGED: Ink.UNJUDGED}


def staircase(account: Account, page: Page) -> Iterator[list[str]]:
    """The walk told whole, in blocks of lines: its name, its stages with the evidence, each finding explained, and
    what could not be judged.
    """
    walk = account.walk
    target = f"   {page.line(walk.target)}" if walk.target else ""
    yield [page.ink(page.line(walk.connection), Ink.HEADING) + target]
    yield steps(walk, account.findings, page)
    if len(account.errors) > 1:
        yield together(account.errors, page)
    for finding in account.others if len(account.errors) > 1 else account.findings:
        yield explanation(finding, page)
    told = {stage.detail for stage in walk.stages}
    for one in account.unjudged:
        if one.reason not in told:
            yield page.prose(f"could not be judged: {one.reason}", first="? ")


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
    here = [finding for finding in refusals if finding.stage is stage.stage and stage.outcome is StageOutcome.REFUSED]
    indent = " " * (COLUMN + 2)
    for number, finding in enumerate(here):
        if number:
            line = page.prose(f"refused: {finding.message}", first=indent)
            yield from (page.ink(text, Ink.REFUSED) for text in line)
        yield from evidence(finding, page, indent)


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
        words = name if " " in name else name.replace("_", " ")  # a file's name keeps its own
        yield from page.prose(f"{words}: {value}", first=indent)
