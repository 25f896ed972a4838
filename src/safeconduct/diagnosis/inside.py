"""A refusal told again by those who know more of it than the client."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from safeconduct.model import Finding, StageOutcome, StageReport
from safeconduct.postgres.refusal import with_assumed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from safeconduct.postgres.attempt import Attempt
    from safeconduct.postgres.insider import Insider


def told_inside(ended: Attempt, insiders: Iterable[Insider]) -> Attempt:
    """The attempt with its finding as exact as the insiders can make it; the first who is more exact is believed."""
    for insider in insiders:
        if ended.finding is None or ended.refusal is None:
            return ended
        inside = insider.explain(ended.finding, ended.refusal)
        finding = with_assumed(inside.finding, ended.refusal) if inside.finding else ended.finding
        finding = replace(finding, evidence={**finding.evidence, **inside.evidence})
        ended = replace(ended, finding=finding, stages=_retold(ended.stages, finding))
        if inside.finding is not None:
            return ended
    return ended


def _retold(stages: tuple[StageReport, ...], finding: Finding) -> tuple[StageReport, ...]:
    return tuple(
        replace(report, detail=f"refused: {finding.message}") if report.outcome is StageOutcome.REFUSED else report
        for report in stages
    )
