"""A rule: one thing that can be wrong, under a stable id, documented on one page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from safeconduct.model.finding import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from safeconduct.model.finding import Remedy
    from safeconduct.model.stage import Stage


@dataclass(frozen=True)
class Rule:
    """`id` is `<room>.<topic>.<what>`; `title`, `cause`, `evidence` and `remedy` are the page in docs/rules."""

    id: str
    stage: Stage | None
    title: str
    cause: str
    evidence: str
    remedy: str

    def finding(
        self,
        subject: str,
        message: str,
        *,
        evidence: Mapping[str, str] | None = None,
        possible: tuple[str, ...] = (),
        remedies: tuple[Remedy, ...] = (),
        severity: Severity = Severity.ERROR,
    ) -> Finding:
        """A finding of this rule: its id and stage, with what was seen this time."""
        return Finding(
            rule=self.id,
            subject=subject,
            message=message,
            stage=self.stage,
            severity=severity,
            evidence=dict(evidence or {}),
            possible=possible,
            remedies=remedies,
        )


RuleOf = Callable[[str], "Rule | None"]
"""Finds a rule by its id; None for an id that is not known."""


def no_rule(rule_id: str) -> None:
    """A RuleOf that knows none."""
