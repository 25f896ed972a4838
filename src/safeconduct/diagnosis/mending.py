"""--real: the remedies of a refused login are applied by the administrator. Only SQL that is certain to be the one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.model import Applied, RemedyKind

if TYPE_CHECKING:
    from safeconduct.diagnosis.question import Question
    from safeconduct.model import Finding
    from safeconduct.postgres.refusal import Refusal


def mended(name: str, finding: Finding | None, refusal: Refusal | None, question: Question) -> tuple[Applied, ...]:
    """What was applied: the finding's first remedy, where it is SQL without a condition. A new login must show it."""
    administrator = question.administrator
    if not question.real or administrator is None or finding is None or refusal is None or not finding.remedies:
        return ()
    remedy = finding.remedies[0]
    if remedy.kind is not RemedyKind.SQL or remedy.when or finding.possible[1:]:
        return ()
    return (Applied(name, remedy, administrator.label, administrator.apply(refusal, remedy.text)),)
