"""A report as Markdown, for a comment on a pull request: a table of all walks, and what lets each refused one in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from safeconduct.model import Outcome, RemedyKind, Severity, no_rule
from safeconduct.report.account import accounts, beside, counted
from safeconduct.report.explanation import what_helps, what_remains, when_and_proven
from safeconduct.report.markdown_text import code, fence, html
from safeconduct.report.page import DOCUMENT_WIDTH, Page
from safeconduct.report.staircase import evidence, steps

if TYPE_CHECKING:
    from collections.abc import Iterator

    from safeconduct.masking import Masker
    from safeconduct.model import Finding, Remedy, Report, RuleOf, Unjudged
    from safeconduct.report.account import Account, Beside

_WORDS = {Outcome.IN: "in", Outcome.REFUSED: "**refused**", Outcome.UNJUDGED: "could not be judged"}
_LANGUAGES = {
    RemedyKind.SQL: "sql",
    RemedyKind.PG_HBA: "text",
    RemedyKind.OPTION: "text",
    RemedyKind.COMMAND: "sh",
}


def render_markdown(
    report: Report, masker: Masker, *, width: int = 100, colour: bool = False, rule_of: RuleOf = no_rule
) -> str:
    """The report as Markdown; `width`, `colour` and `rule_of` mean nothing here.

    Walks of which the same was found share one explanation: a server that is down would make a comment longer than a
    forge takes (GitHub: 65,536 characters).
    """
    page = Page(masker, DOCUMENT_WIDTH, False)
    told, other = accounts(report), beside(report)
    blocks = [[_heading(told, other)], _table(told, page)]
    for group in _alike(told):
        blocks += _walk(group, page)
    for finding in other.findings:
        blocks += _finding_beside(finding, page)
    blocks.append([_unjudged(one, page) for one in other.unjudged])
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _heading(told: list[Account], other: Beside) -> str:
    words = [counted(account.verdict for account in told) if told else "no connection walked"]
    faults = sum(finding.severity is not Severity.NOTE for finding in other.findings)
    if faults:
        words.append(f"{faults} more found")
    if other.unjudged:
        words.append(f"{len(other.unjudged)} more could not be judged")
    return f"## safeconduct why: {', '.join(words)}"


def _table(told: list[Account], page: Page) -> list[str]:
    if not told:
        return []
    rows = [
        f"| {code(page.clean(account.walk.connection))} | {code(page.clean(account.walk.target))} "
        f"| {_outcome(account)} | {code(page.clean(account.reason))} |"
        for account in told
    ]
    return ["| connection | leads to | outcome | why |", "|---|---|---|---|", *rows]


def _outcome(account: Account) -> str:
    where = f" at {account.end.stage.value}" if account.end else ""
    return f"{_WORDS[account.verdict]}{where}"


def _alike(told: list[Account]) -> list[list[Account]]:
    """Those of which there is more to say than their row, the ones with the same to say together."""
    groups: dict[str, list[Account]] = {}
    for account in told:
        if account.verdict is Outcome.IN and not account.findings:
            continue
        said = (
            account.verdict,
            account.end,
            [replace(finding, subject="") for finding in account.findings],
            [one.reason for one in account.unjudged],
        )
        groups.setdefault(repr(said), []).append(account)
    return list(groups.values())


def _walk(group: list[Account], page: Page) -> Iterator[list[str]]:
    account = group[0]
    more = f" and {len(group) - 1} more" if len(group) > 1 else ""
    yield _opening(f"{_html(account.walk.connection, page)}{more}: {_WORDS[account.verdict].strip('*')}", account, page)
    if len(group) > 1:
        yield [f"The same holds for {', '.join(code(page.clean(other.walk.connection)) for other in group[1:])}."]
    yield fence("\n".join(steps(account.walk, (), page)), "text")
    for finding in (*account.errors, *account.others):
        if finding.message != account.reason:  # the summary has said it
            yield [_message(finding, page)]
        yield from _finding(finding, page)
    if account.unjudged:
        yield [_unjudged(one, page) for one in account.unjudged]
    yield ["</details>"]


def _opening(head: str, account: Account, page: Page) -> list[str]:
    reason = _html(account.reason, page)
    return ["<details>", f"<summary>{head}{f', {reason}' if reason else ''}</summary>"]


def _finding_beside(finding: Finding, page: Page) -> Iterator[list[str]]:
    yield [
        "<details>",
        f"<summary>{_html(finding.subject, page)}: {finding.severity.value}, {_html(finding.message, page)}</summary>",
    ]
    yield from _finding(finding, page)
    yield ["</details>"]


def _finding(finding: Finding, page: Page) -> Iterator[list[str]]:
    seen = list(evidence(finding, page, ""))
    if seen:
        yield ["**Evidence**"]
        yield fence("\n".join(seen), "text")
    if finding.possible:
        yield [f"**{what_remains(finding)}**"]
        yield fence("\n".join(line for cause in finding.possible for line in page.prose(cause, first="- ")), "text")
    if finding.remedies:
        yield [f"**{what_helps(finding)}**"]
    for remedy in finding.remedies:
        yield from _remedy(remedy, page)
    yield [f"More about it: {code(f'docs/rules/{finding.rule}.md')}"]


def _remedy(remedy: Remedy, page: Page) -> Iterator[list[str]]:
    note = code(page.clean(when_and_proven(remedy)))
    if note:
        yield [f"{note}:"]
    yield fence(page.clean(remedy.text), _LANGUAGES[remedy.kind])


def _message(finding: Finding, page: Page) -> str:
    return f"{finding.severity.value.capitalize()}: {code(page.clean(finding.message))}"


def _unjudged(one: Unjudged, page: Page) -> str:
    return f"- {code(page.clean(one.subject))} could not be judged: {code(page.clean(one.reason))}"


def _html(text: str, page: Page) -> str:
    return html(page.clean(text))
