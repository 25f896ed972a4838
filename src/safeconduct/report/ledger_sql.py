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
    return "\n".join([*_beside(report, page), *(line for ledger in ledgers for line in _grants(ledger, page))])


def render_revocations(ledgers: Sequence[Ledger], report: Report, masker: Masker) -> str:
    """The statements that take from each role what it does not need, behind what would break."""
    page = Page(masker, DOCUMENT_WIDTH, colour=False)
    return "\n".join(
        [*_beside(report, page), *(line for ledger in ledgers for line in _revocations(ledger, report, page))]
    )


def _beside(report: Report, page: Page) -> Iterator[str]:
    """The walks that were not let in, what could not be judged, and what was applied."""
    for walk in report.walks:
        if walk.outcome is Outcome.REFUSED:
            reason = next((one.detail for one in walk.stages if one.outcome is StageOutcome.REFUSED), "refused")
            target = f" ({walk.target})" if walk.target else ""
            yield from _comment(f"{walk.connection}{target}: {reason}", page)
    for one in report.unjudged:
        yield from _comment(f"{one.subject}: could not be judged: {one.reason}", page)
    for done in report.applied:
        yield from _comment(f"applied by {done.by}: {done.remedy.text}", page)


def _grants(ledger: Ledger, page: Page) -> Iterator[str]:
    yield from _head(ledger, "what is missing" if ledger.missing else "nothing is missing", page)
    for remark in ledger.remarks:
        yield from _comment(remark, page)
    yield from (page.clean(text) for text in ledger.grants)


def _revocations(ledger: Ledger, report: Report, page: Page) -> Iterator[str]:
    """While something could not be told, what it needs may be among what looks needless: all stands as comments."""
    yield from _head(ledger, "what is too much" if ledger.revocations else "nothing is too much", page)
    for remark in ledger.remarks:
        yield from _comment(remark, page)
    is_untold = bool(ledger.unjudged or report.unjudged)
    if is_untold and ledger.revocations:
        yield from _comment("what could not be judged may need some of this, so it stands as comments:", page)
    for revocation in ledger.revocations:
        for what in revocation.leans:
            yield from _comment(f"this would break {what}:", page)
        if revocation.blocked:
            yield from _comment(f"refused as it stands, {revocation.blocked}:", page)
        mark = "-- " if revocation.blocked or is_untold else ""
        yield from (f"{mark}{page.clean(text)}" for text in revocation.statements)


def _head(ledger: Ledger, what: str, page: Page) -> Iterator[str]:
    yield from _comment(f"{ledger.role} in {ledger.database} ({ledger.connection}): {what}", page)
    for finding in ledger.findings:
        yield from _comment(finding.message, page)
    for one in ledger.unjudged:
        yield from _comment(f"could not be judged: {one.reason}", page)


def _comment(text: str, page: Page) -> list[str]:
    return page.prose(text, first="-- ", then="-- ")
