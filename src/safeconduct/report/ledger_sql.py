"""The account of a role as SQL that can be pasted; what SQL cannot say stands in comments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.model import Outcome, StageOutcome
from safeconduct.report.page import DOCUMENT_WIDTH, Page

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from safeconduct.masking import Masker
    from safeconduct.model import Report
    from safeconduct.model.ledger import Ledger


def render_grants(ledgers: Sequence[Ledger], report: Report, masker: Masker) -> str:
    """The statements that give each role what it lacks."""
    page = Page(masker, DOCUMENT_WIDTH, colour=False)
    return "\n".join([*(line for ledger in ledgers for line in _grants(ledger, page)), *_beside(report, page)])


def render_revocations(ledgers: Sequence[Ledger], report: Report, masker: Masker) -> str:
    """The statements that take from each role what it does not need, behind what would break."""
    page = Page(masker, DOCUMENT_WIDTH, colour=False)
    return "\n".join([*(line for ledger in ledgers for line in _revocations(ledger, page)), *_beside(report, page)])


def _beside(report: Report, page: Page) -> Iterator[str]:
    """The walks that were not let in, what could not be judged, and what was applied."""
    for walk in report.walks:
        if walk.outcome is Outcome.REFUSED:
            reason = next((one.detail for one in walk.stages if one.outcome is StageOutcome.REFUSED), "refused")
            yield from _comment(f"{walk.connection} ({walk.target}): {reason}", page)
    for one in report.unjudged:
        yield from _comment(f"{one.subject}: could not be judged: {one.reason}", page)
    for done in report.applied:
        yield from _comment(f"applied by {done.by}: {done.remedy.text}", page)


def _grants(ledger: Ledger, page: Page) -> Iterator[str]:
    yield from _head(ledger, "what is missing" if ledger.grants else "nothing is missing", page)
    yield from (page.clean(text) for text in ledger.grants)


def _revocations(ledger: Ledger, page: Page) -> Iterator[str]:
    yield from _head(ledger, "what is too much" if ledger.revocations else "nothing is too much", page)
    for remark in ledger.remarks:
        yield from _comment(remark, page)
    for revocation in ledger.revocations:
        for what in revocation.leans:
            yield from _comment(f"this would break {what}:", page)
        yield from (page.clean(text) for text in revocation.statements)


def _head(ledger: Ledger, what: str, page: Page) -> Iterator[str]:
    yield from _comment(f"{ledger.role} in {ledger.database} ({ledger.connection}): {what}", page)
    for finding in ledger.findings:
        yield from _comment(finding.message, page)
    for one in ledger.unjudged:
        yield from _comment(f"could not be judged: {one.reason}", page)


def _comment(text: str, page: Page) -> list[str]:
    return page.prose(text, first="-- ", then="-- ")
