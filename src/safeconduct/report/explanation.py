"""What follows a refusal: the causes that remain, and what lets it in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from safeconduct.model import RemedyKind, Severity
from safeconduct.report.page import Ink

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from safeconduct.model import Finding, Remedy
    from safeconduct.report.page import Page

_COMMENT = {True: "  -- proven", False: "  -- tried, and it does not help", None: ""}
_PROVEN = {True: " (proven)", False: " (tried, and it does not help)", None: ""}


def explanation(finding: Finding, page: Page) -> list[str]:
    """The lines for one finding, to stand under its staircase."""
    lines: list[str] = []
    if finding.severity is not Severity.ERROR:
        lines += page.prose(f"{finding.severity.value}: {finding.message}")
    lines += _possible(finding, page)
    lines += _remedies(finding, page)
    if finding.severity is not Severity.NOTE or finding.remedies:
        what = "Why this and nothing more" if finding.remedies else "More about it"
        lines.append(page.ink(f"{what}: docs/rules/{finding.rule}.md", Ink.FAINT))
    return lines


def together(findings: Sequence[Finding], page: Page) -> list[str]:
    """The lines for several refusals of one connection: it needs the remedies of all of them."""
    lines = [line for finding in findings for line in _possible(finding, page)]
    remedies = [finding for finding in findings if finding.remedies]
    if remedies:
        lines.append("What lets it in, all of it together:")
    for finding in remedies:
        for remedy in finding.remedies:
            lines += _remedy(remedy, page)
    pages = dict.fromkeys(f"docs/rules/{finding.rule}.md" for finding in findings)
    return [*lines, *(page.ink(f"Why this and nothing more: {name}", Ink.FAINT) for name in pages)]


def _possible(finding: Finding, page: Page) -> Iterator[str]:
    if not finding.possible:
        return
    yield f"{what_remains(finding)}:"
    for cause in finding.possible:
        yield from page.prose(cause, first="  - ")


def what_remains(finding: Finding) -> str:
    """What stands above the finding's possible causes."""
    if finding.severity is Severity.NOTE:
        return "What to check"
    return "What remains possible" if len(finding.possible) > 1 else "The cause"


def _remedies(finding: Finding, page: Page) -> Iterator[str]:
    if not finding.remedies:
        return
    yield f"{what_helps(finding)}:"
    for remedy in finding.remedies:
        yield from _remedy(remedy, page)


def what_helps(finding: Finding) -> str:
    """What stands above the finding's remedies."""
    if all(remedy.kind is RemedyKind.COMMAND for remedy in finding.remedies):
        return "What to run"
    keeps_out = finding.severity is Severity.ERROR and finding.stage is not None
    return "What lets it in" if keeps_out else "What mends it"


def when_and_proven(remedy: Remedy) -> str:
    """Under which cause the remedy applies, and whether it was seen to help; empty for one that always does."""
    return f"{remedy.when}{_PROVEN[remedy.proven]}".strip()


def _remedy(remedy: Remedy, page: Page) -> Iterator[str]:
    is_sql = remedy.kind is RemedyKind.SQL
    if note := remedy.when if is_sql else when_and_proven(remedy):
        yield from page.prose(f"{note}:", first="  ")
    # Never wrapped: it is there to be pasted.
    # SQL has lines of its own; elsewhere a line feed stands in a name.
    text = page.clean(_on_one_line(remedy.text)) + _COMMENT[remedy.proven] if is_sql else page.line(remedy.text)
    for line in text.split("\n"):
        yield "    " + page.ink(line, Ink.REMEDY)


def _on_one_line(sql: str) -> str:
    """The SQL with names that hold control characters written as `U&"a\\000Ab"`: no name begins a line of its own."""
    return _QUOTED.sub(lambda name: _escaped(name[0]) if _CONTROL.search(name[0]) else name[0], sql)


def _escaped(quoted: str) -> str:
    doubled = quoted.replace("\\", "\\\\")
    return "U&" + _CONTROL.sub(lambda char: f"\\{ord(char[0]):04X}", doubled)


_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
