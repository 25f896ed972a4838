"""What an audit has found so far: of each rule the first rows by their names, the others as a number."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from safeconduct.airflow.metadata import SUBJECT
from safeconduct.model import Finding, Report, Unjudged

if TYPE_CHECKING:
    from collections.abc import Callable

    from safeconduct.model import Rule, Severity

MOST_NAMED = 1000
"""Rows of a rule that are named."""


class Gathering:
    """Findings and what could not be judged, in the order in which they were told."""

    def __init__(self) -> None:
        self._findings: list[Finding] = []
        self._unjudged: list[Unjudged] = []
        self._counts: Counter[str] = Counter()
        self._beyond: dict[str, tuple[Rule, Severity]] = {}
        self._unjudged_beyond = 0

    def tell(self, rule: Rule, found: Callable[[], Finding]) -> None:
        """One more row of this rule. `found` is asked only while rows are named, since it may look up a name."""
        self._counts[rule.id] += 1
        if self._counts[rule.id] <= MOST_NAMED:
            self._findings.append(found())
        elif rule.id not in self._beyond:
            self._beyond[rule.id] = (rule, found().severity)

    def add(self, *faults: Finding | Unjudged) -> None:
        """Some that are few by their nature."""
        for one in faults:
            if isinstance(one, Finding):
                self._findings.append(one)
            elif len(self._unjudged) < MOST_NAMED:
                self._unjudged.append(one)
            else:
                self._unjudged_beyond += 1

    def report(self) -> Report:
        """All of it, with how many more there are."""
        findings = [*self._findings, *(self._more(*one) for one in self._beyond.values())]
        unjudged = list(self._unjudged)
        if self._unjudged_beyond:
            unjudged.append(Unjudged(SUBJECT, f"{self._unjudged_beyond:,} more, which are not named"))
        return Report(findings=tuple(findings), unjudged=tuple(unjudged))

    def _more(self, rule: Rule, severity: Severity) -> Finding:
        count = self._counts[rule.id]
        words = f"{count - MOST_NAMED:,} more rows of the same kind, which are not named: {rule.title}"
        evidence = {"in all": f"{count:,}", "named": f"{MOST_NAMED:,}"}
        return rule.finding(SUBJECT, words, evidence=evidence, severity=severity)
