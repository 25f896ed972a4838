"""A refusal told again by those who know more of it than the client."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from safeconduct.model import Finding, StageOutcome, StageReport, Unjudged
from safeconduct.postgres.refusal import with_assumed
from safeconduct.secrets import spared

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from safeconduct.postgres.attempt import Attempt
    from safeconduct.postgres.insider import Insider


def told_inside(ended: Attempt, insiders: Iterable[Insider]) -> Attempt:
    """The attempt with its finding as exact as the insiders can make it; the first who is more exact is believed."""
    for insider in insiders:
        if ended.finding is None or ended.refusal is None:
            return ended
        inside = spared(ended.finding.subject, partial(insider.explain, ended.finding, ended.refusal))
        if isinstance(inside, Unjudged):  # a defect of ours must not cost the refusal itself
            return replace(ended, finding=_noted(ended.finding, {"administrator": inside.reason}))
        finding = with_assumed(inside.finding, ended.refusal) if inside.finding else ended.finding
        finding = _noted(finding, inside.evidence)
        ended = replace(ended, finding=finding, stages=_retold(ended.stages, finding))
        if inside.finding is not None:
            return ended
    return ended


def _noted(finding: Finding, evidence: Mapping[str, str]) -> Finding:
    return replace(finding, evidence={**finding.evidence, **evidence})


def _retold(stages: tuple[StageReport, ...], finding: Finding) -> tuple[StageReport, ...]:
    return tuple(
        replace(report, detail=f"refused: {finding.message}") if report.outcome is StageOutcome.REFUSED else report
        for report in stages
    )
