"""A report for people: a staircase per connection, its one refusal, the evidence, and what lets it in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.model import Outcome, Severity, StageOutcome, no_rule
from safeconduct.report.account import counted, once
from safeconduct.report.explanation import explanation
from safeconduct.report.page import Ink, Page
from safeconduct.report.staircase import COLUMN, evidence, staircase

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from safeconduct.masking import Masker
    from safeconduct.model import Report, RuleOf, Walk


def render_text(
    report: Report, masker: Masker, *, width: int = 100, colour: bool = False, rule_of: RuleOf = no_rule
) -> str:
    """The report as text. One walk is told whole; of several, those let in get one line each."""
    page = Page(masker, width, colour)
    blocks = [list(block) for block in _blocks(report, page)]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _blocks(report: Report, page: Page) -> Iterator[Sequence[str]]:
    for group in _alike(report):
        yield from _told(group, report, page)
    if len(report.walks) > 1:
        yield _let_in(report, page)
    yield from _beside(report, page)
    if len(report.walks) > 1:
        yield [f"{len(report.walks)} connections walked: {counted(walk.outcome for walk in report.walks)}."]


def _alike(report: Report) -> list[list[Walk]]:
    """The walks to be told whole; those that ended on the very same words stand together, the first one told."""
    groups: dict[object, list[Walk]] = {}
    ends = (StageOutcome.REFUSED, StageOutcome.UNJUDGED)
    for walk in report.walks:
        if walk.outcome is Outcome.IN and len(report.walks) > 1:
            continue
        end = tuple((stage.stage, stage.detail) for stage in walk.stages if stage.outcome in ends)
        groups.setdefault(end or walk.connection, []).append(walk)
    return list(groups.values())


def _told(group: list[Walk], report: Report, page: Page) -> Iterator[list[str]]:
    findings = [finding for finding in report.findings if finding.subject == group[0].connection]
    yield from staircase(group[0], findings, page)
    if len(group) > 1:
        others = ", ".join(walk.connection for walk in group[1:])
        yield page.prose(f"The same turns away {len(group) - 1} more: {others}")


def _let_in(report: Report, page: Page) -> list[str]:
    walks = [walk for walk in report.walks if walk.outcome is Outcome.IN]
    longest = min(40, max((len(page.clean(walk.connection)) for walk in walks), default=0))
    rows = [f"  {page.clean(walk.connection).ljust(longest)}   {page.clean(walk.target)}" for walk in walks]
    return [page.ink("Let in:", Ink.GOOD), *rows] if rows else []


def _beside(report: Report, page: Page) -> Iterator[list[str]]:
    """What belongs to no walk, and what could not be judged of no walk."""
    told = {walk.connection for walk in report.walks}
    alone = len(report.walks) == 1
    indent = " " * (COLUMN + 2)
    for finding in once(report.findings):
        let_in = any(w.connection == finding.subject and w.outcome is Outcome.IN for w in report.walks) and not alone
        if finding.subject not in told or let_in:
            lead = "x " if finding.severity is Severity.ERROR else ""
            head = page.prose(f"{finding.subject}: {finding.message}", first=lead) if lead else []
            yield [*head, *([] if not lead else evidence(finding, page, indent)), *explanation(finding, page)]
    for one in report.unjudged:
        if one.subject not in told:
            yield page.prose(f"{one.subject}: could not be judged: {one.reason}", first="? ")
