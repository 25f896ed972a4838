"""A report for people: a staircase per connection, its one refusal, the evidence, and what lets it in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from safeconduct.model import Outcome, Severity, no_rule
from safeconduct.report.account import accounts, counted, once
from safeconduct.report.explanation import explanation
from safeconduct.report.page import Ink, Page
from safeconduct.report.staircase import COLUMN, evidence, staircase

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from safeconduct.masking import Masker
    from safeconduct.model import Finding, Report, RuleOf
    from safeconduct.report.account import Account


def render_text(
    report: Report, masker: Masker, *, width: int = 100, colour: bool = False, rule_of: RuleOf = no_rule
) -> str:
    """The report as text. One walk is told whole; of several, those let in get one line each."""
    page = Page(masker, width, colour)
    blocks = [list(block) for block in _blocks(report, page)]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _blocks(report: Report, page: Page) -> Iterator[Sequence[str]]:
    yield _applied(report, page)
    for group in _alike(report):
        yield from _told(group, page)
    if len(report.walks) > 1:
        yield _let_in(report, page)
    yield from _beside(report, page)
    if len(report.walks) > 1:
        yield [f"{len(report.walks)} connections walked: {counted(walk.outcome for walk in report.walks)}."]


def _applied(report: Report, page: Page) -> list[str]:
    """What was done before these walks."""
    lines: list[str] = []
    for one in report.applied:
        words = "Not applied" if one.failed else "Applied"
        head = page.ink(f"{words} by {page.line(one.by)}:", Ink.HEADING)
        lines += [head] if head not in lines else []
        lines += [f"    {page.ink(text, Ink.REMEDY)}" for text in page.clean(one.remedy.text).split("\n")]
        lines += page.prose(one.failed, first="      ") if one.failed else []
    again = any(not one.failed for one in report.applied)
    return [*lines, *(["", "And again:"] if again else [])]


def _alike(report: Report) -> list[list[Account]]:
    """The walks to be told whole; those that ended on the very same words stand together, the first one told."""
    groups: dict[object, list[Account]] = {}
    places = _places(report)
    for account in (_with_place(account, places) for account in accounts(report)):
        if account.walk.outcome is Outcome.IN and len(report.walks) > 1:
            continue
        groups.setdefault(_end(account), []).append(account)
    return list(groups.values())


def _places(report: Report) -> dict[str, Finding]:
    """What was found of the places that connections are kept in, by the words with which it ends a walk."""
    told = {walk.connection for walk in report.walks}
    errors = (finding for finding in report.findings if finding.severity is Severity.ERROR)
    return {f"refused: {finding.message}": finding for finding in errors if finding.subject not in told}


def _with_place(account: Account, places: dict[str, Finding]) -> Account:
    """The account with what turned its walk away, where that was found of the place and not of the connection."""
    end = account.end
    found = places.get(end.detail) if end and not account.errors else None
    if end is None or found is None:
        return account
    own = replace(found, subject=account.walk.connection, stage=end.stage)
    return replace(account, findings=(own, *account.findings))


def _end(account: Account) -> object:
    """How a walk ended, in words that are the same for every connection that ended so."""
    name, end = account.walk.connection, account.end
    if end is None:
        return name
    said = [end.stage.value, end.detail, *(one.reason for one in account.unjudged)]
    for finding in account.findings:
        said += [finding.rule, *finding.evidence.values()]
    return tuple(text.replace(name, "\0") for text in said)


def _told(group: list[Account], page: Page) -> Iterator[list[str]]:
    yield from staircase(group[0], page)
    if len(group) > 1:
        others = ", ".join(account.walk.connection for account in group[1:])
        yield page.prose(f"The same turns away {len(group) - 1} more: {others}")


def _let_in(report: Report, page: Page) -> list[str]:
    walks = [walk for walk in report.walks if walk.outcome is Outcome.IN]
    longest = min(40, max((len(page.line(walk.connection)) for walk in walks), default=0))
    rows = [f"  {page.line(walk.connection).ljust(longest)}   {page.line(walk.target)}" for walk in walks]
    return [page.ink("Let in:", Ink.GOOD), *rows] if rows else []


def _beside(report: Report, page: Page) -> Iterator[list[str]]:
    """What belongs to no walk or to one that is not told whole, and what could not be judged of it."""
    told = {walk.connection: walk.outcome for walk in report.walks}
    alone = len(report.walks) == 1
    said = {stage.detail for walk in report.walks for stage in walk.stages}
    for finding in once(report.findings):
        if finding.subject not in told and f"refused: {finding.message}" in said:
            continue
        if finding.subject not in told or (told[finding.subject] is Outcome.IN and not alone):
            yield [*_head(finding, page), *explanation(finding, page)]
    for one in report.unjudged:
        if one.subject not in told or (told[one.subject] is Outcome.IN and not alone):
            yield page.prose(f"{one.subject}: could not be judged: {one.reason}", first="? ")


def _head(finding: Finding, page: Page) -> Iterator[str]:
    """Whom it is about; what is no error says its own sentence in the explanation."""
    if finding.severity is not Severity.ERROR:
        yield page.ink(page.line(finding.subject), Ink.HEADING)
        return
    said_already = finding.message.startswith(finding.subject)
    yield from page.prose(finding.message if said_already else f"{finding.subject}: {finding.message}", first="x ")
    yield from evidence(finding, page, " " * (COLUMN + 2))
