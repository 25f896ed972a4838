"""A report for people: a staircase per connection, its one refusal, the evidence, and what lets it in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.model import Outcome, Severity, StageOutcome
from safeconduct.report.explanation import explanation, together
from safeconduct.report.page import Ink, Page

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from safeconduct.masking import Masker
    from safeconduct.model import Finding, Report, StageReport, Walk

COLUMN = 16
"""Where a stage's detail begins, behind the mark."""
_MARKS = {StageOutcome.PASSED: " ", StageOutcome.REFUSED: "x", StageOutcome.UNJUDGED: "?"}
_INKS = {StageOutcome.REFUSED: Ink.REFUSED, StageOutcome.UNJUDGED: Ink.UNJUDGED}


def render_text(report: Report, masker: Masker, *, width: int = 100, colour: bool = False) -> str:
    """The report as text. One walk is told whole; of several, those let in get one line each."""
    page = Page(masker, width, colour)
    blocks = [list(block) for block in _blocks(report, page)]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _blocks(report: Report, page: Page) -> Iterator[Sequence[str]]:
    groups = _alike(report)
    for group in groups:
        yield from _staircase(group, report, page)
    if len(report.walks) > 1:
        yield _let_in(report, page)
    yield from _beside(report, page)
    if len(report.walks) > 1:
        yield [_summary(report)]


def _alike(report: Report) -> list[list[Walk]]:
    """The walks to be told whole; those that ended on the very same words stand together, the first one told."""
    groups: dict[object, list[Walk]] = {}
    for walk in report.walks:
        if walk.outcome is Outcome.IN and len(report.walks) > 1:
            continue
        groups.setdefault(_end(walk, report), []).append(walk)
    return list(groups.values())


def _end(walk: Walk, report: Report) -> object:
    """How a walk ended, in words that are the same for every connection that ended so."""
    said = [stage.detail for stage in walk.stages if stage.outcome in _INKS]
    if not said:
        return walk.connection
    for finding in report.findings:
        if finding.subject == walk.connection:
            said += [finding.rule, *finding.evidence.values()]
    said += [one.reason for one in report.unjudged if one.subject == walk.connection]
    return tuple(text.replace(walk.connection, "\0") for text in said)


def _staircase(group: list[Walk], report: Report, page: Page) -> Iterator[list[str]]:
    walk = group[0]
    target = f"   {page.clean(walk.target)}" if walk.target else ""
    yield [page.ink(page.clean(walk.connection), Ink.HEADING) + target]
    findings = [finding for finding in report.findings if finding.subject == walk.connection]
    refusals = [finding for finding in findings if finding.severity is Severity.ERROR]
    yield [line for stage in walk.stages for line in _step(stage, refusals, page)]
    if len(refusals) > 1:
        yield together(refusals, page)
        findings = [finding for finding in findings if finding not in refusals]
    for finding in findings:
        yield explanation(finding, page)
    told = {stage.detail for stage in walk.stages}
    for one in report.unjudged:
        if one.subject == walk.connection and one.reason not in told:
            yield page.prose(f"could not be judged: {one.reason}", first="? ")
    if len(group) > 1:
        others = ", ".join(walk.connection for walk in group[1:])
        yield page.prose(f"The same turns away {len(group) - 1} more: {others}")


def _step(stage: StageReport, refusals: list[Finding], page: Page) -> Iterator[str]:
    if stage.outcome is StageOutcome.NOT_REACHED:
        return
    lead = f"{_MARKS[stage.outcome]} {stage.stage.value.ljust(COLUMN)}"
    lines = page.prose(stage.detail, first=lead)
    ink = _INKS.get(stage.outcome)
    yield from (page.ink(line, ink) if ink else line for line in lines)
    here = [finding for finding in refusals if finding.stage is stage.stage and stage.outcome is StageOutcome.REFUSED]
    for number, finding in enumerate(here):
        if number:
            line = page.prose(f"refused: {finding.message}", first=" " * (COLUMN + 2))
            yield from (page.ink(text, Ink.REFUSED) for text in line)
        yield from _evidence(finding, page)


def _evidence(finding: Finding, page: Page) -> Iterator[str]:
    indent = " " * (COLUMN + 2)
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


def _let_in(report: Report, page: Page) -> list[str]:
    walks = [walk for walk in report.walks if walk.outcome is Outcome.IN]
    longest = min(40, max((len(page.clean(walk.connection)) for walk in walks), default=0))
    rows = [f"  {page.clean(walk.connection).ljust(longest)}   {page.clean(walk.target)}" for walk in walks]
    return [page.ink("Let in:", Ink.GOOD), *rows] if rows else []


def _beside(report: Report, page: Page) -> Iterator[list[str]]:
    """What belongs to no walk, and what could not be judged of no walk."""
    told = {walk.connection for walk in report.walks}
    alone = len(report.walks) == 1
    for finding in report.findings:
        let_in = any(w.connection == finding.subject and w.outcome is Outcome.IN for w in report.walks) and not alone
        if finding.subject not in told or let_in:
            yield [*_head(finding, page), *explanation(finding, page)]
    for one in report.unjudged:
        if one.subject not in told:
            yield page.prose(f"{one.subject}: could not be judged: {one.reason}", first="? ")


def _head(finding: Finding, page: Page) -> Iterator[str]:
    """Whom it is about; what is no error says its own sentence in the explanation."""
    if finding.severity is not Severity.ERROR:
        yield page.ink(page.clean(finding.subject), Ink.HEADING)
        return
    said_already = finding.message.startswith(finding.subject)
    yield from page.prose(finding.message if said_already else f"{finding.subject}: {finding.message}", first="x ")
    yield from _evidence(finding, page)


def _summary(report: Report) -> str:
    counts = {outcome: sum(walk.outcome is outcome for walk in report.walks) for outcome in Outcome}
    words = [f"{counts[Outcome.IN]} in", f"{counts[Outcome.REFUSED]} refused"]
    if counts[Outcome.UNJUDGED]:
        words.append(f"{counts[Outcome.UNJUDGED]} could not be judged")
    return f"{len(report.walks)} connections walked: {', '.join(words)}."
