"""A report as JUnit XML, in the form that Jenkins' xunit plugin publishes as junit-10.xsd.

A connection is a test case: let in it passes, refused it is a failure, and where something could not be judged an
error. What else made the exit code is a test case of its own, so a run has failures or errors exactly when the exit
code is not 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as Xml

from safeconduct.model import Outcome, Severity, no_rule
from safeconduct.report.account import accounts, beside
from safeconduct.report.explanation import explanation
from safeconduct.report.page import DOCUMENT_WIDTH, Page
from safeconduct.report.staircase import evidence, staircase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from safeconduct.masking import Masker
    from safeconduct.model import Finding, Report, RuleOf, Unjudged
    from safeconduct.report.account import Account

CLASS = "safeconduct.why"
REFUSED, UNJUDGED = "refused", "unjudged"
"""The `type` of a failure that has no rule, and of an error."""


def render_junit(
    report: Report, masker: Masker, *, width: int = 100, colour: bool = False, rule_of: RuleOf = no_rule
) -> str:
    """The report as one test suite; `width`, `colour` and `rule_of` mean nothing here, and no time is told."""
    page = Page(masker, DOCUMENT_WIDTH, False)
    cases = list(_cases(report, page))
    suite = Xml.Element("testsuite", _counts(cases))
    suite.extend(cases)
    root = Xml.Element("testsuites")
    root.append(suite)
    Xml.indent(root)
    # ASCII only, the rest as character references: no terminal's encoding contradicts the declaration.
    document: bytes = Xml.tostring(root, encoding="us-ascii", xml_declaration=True)
    return document.decode("ascii")


def _counts(cases: list[Xml.Element]) -> dict[str, str]:
    counts = {"tests": len(cases)}
    for plural, tag in (("failures", "failure"), ("errors", "error")):
        counts[plural] = sum(case.find(tag) is not None for case in cases)
    return {"name": "safeconduct why", **{name: str(count) for name, count in counts.items()}, "skipped": "0"}


def _cases(report: Report, page: Page) -> Iterator[Xml.Element]:
    for account in accounts(report):
        yield _walk(account, page)
        if account.verdict is Outcome.IN:
            for finding in account.findings:
                if finding.severity is not Severity.NOTE:
                    yield _finding(finding, page)
    other = beside(report)
    for finding in other.findings:
        yield _finding(finding, page)
    for one in other.unjudged:
        yield _unjudged(one, page)


def _walk(account: Account, page: Page) -> Xml.Element:
    case = _case(page.clean(account.walk.connection))
    blocks = ["\n".join(block) for block in staircase(account, page) if block]
    text = "\n\n".join(blocks)
    if account.verdict is Outcome.REFUSED:
        kind = account.errors[0].rule if account.errors else REFUSED
        _outcome(case, "failure", kind, page.clean(account.reason), text)
    elif account.verdict is Outcome.UNJUDGED:
        _outcome(case, "error", UNJUDGED, page.clean(account.reason), text)
    else:
        _said(case, text)
    return case


def _finding(finding: Finding, page: Page) -> Xml.Element:
    case = _case(f"{page.clean(finding.subject)}: {finding.rule}")
    head = page.prose(finding.message) if finding.severity is Severity.ERROR else []
    text = "\n".join([*head, *evidence(finding, page, "  "), *explanation(finding, page)])
    if finding.severity is Severity.NOTE:
        _said(case, text)
    else:
        _outcome(case, "failure", finding.rule, page.clean(finding.message), text)
    return case


def _unjudged(one: Unjudged, page: Page) -> Xml.Element:
    case = _case(page.clean(one.subject))
    _outcome(case, "error", UNJUDGED, page.clean(one.reason), "\n".join(page.prose(one.reason)))
    return case


def _case(name: str) -> Xml.Element:
    return Xml.Element("testcase", {"classname": CLASS, "name": name})


def _outcome(case: Xml.Element, tag: str, kind: str, message: str, text: str) -> None:
    """A failure or an error. What is printable is a character of XML 1.0: page.clean wrote out all that are none."""
    outcome = Xml.SubElement(case, tag, {"type": kind, "message": message})
    outcome.text = text


def _said(case: Xml.Element, text: str) -> None:
    Xml.SubElement(case, "system-out").text = text
