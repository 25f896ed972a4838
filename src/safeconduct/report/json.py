"""A report as JSON, by docs/report.schema.json."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from safeconduct.model import no_rule

if TYPE_CHECKING:
    from collections.abc import Callable

    from safeconduct.masking import Masker
    from safeconduct.model import Applied, Finding, Remedy, Report, RuleOf, Unjudged, Walk

SCHEMA = "safeconduct/report/1"


def render_json(
    report: Report, masker: Masker, *, width: int = 100, colour: bool = False, rule_of: RuleOf = no_rule
) -> str:
    """The report as one JSON document; `width`, `colour` and `rule_of` mean nothing here."""
    # ASCII only: text from a server may hold lone surrogates, which no encoding would take.
    return json.dumps(report_document(report, masker), indent=2)


def report_document(report: Report, masker: Masker) -> dict[str, Any]:
    """The report as it stands in every document of ours."""
    hide = masker.text
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "walks": [_walk(walk, hide) for walk in report.walks],
        "findings": [finding_document(finding, hide) for finding in report.findings],
        "unjudged": [unjudged_document(one, hide) for one in report.unjudged],
    }
    if report.applied:
        document["applied"] = [_applied(one, hide) for one in report.applied]
    return document


def _walk(walk: Walk, hide: Callable[[str], str]) -> dict[str, Any]:
    stages = [
        {"stage": report.stage.value, "outcome": report.outcome.value, "detail": hide(report.detail)}
        for report in walk.stages
    ]
    return {
        "connection": hide(walk.connection),
        "target": hide(walk.target),
        "outcome": walk.outcome.value,
        "stages": stages,
    }


def finding_document(finding: Finding, hide: Callable[[str], str]) -> dict[str, Any]:
    """A finding as it stands in every document of ours; `hide` masks a text."""
    location = finding.location
    return {
        "rule": finding.rule,
        "stage": finding.stage.value if finding.stage else None,
        "severity": finding.severity.value,
        "subject": hide(finding.subject),
        "message": hide(finding.message),
        "evidence": {hide(name): hide(value) for name, value in finding.evidence.items()},
        "possible": [hide(cause) for cause in finding.possible],
        "location": {"file": hide(location.file), "line": location.line} if location else None,
        "remedies": [_remedy(remedy, hide) for remedy in finding.remedies],
    }


def _remedy(remedy: Remedy, hide: Callable[[str], str]) -> dict[str, Any]:
    return {
        "kind": remedy.kind.value,
        "text": hide(remedy.text),
        "when": hide(remedy.when),
        "proven": remedy.proven,
    }


def _applied(one: Applied, hide: Callable[[str], str]) -> dict[str, Any]:
    remedy = _remedy(one.remedy, hide)
    return {"subject": hide(one.subject), "remedy": remedy, "by": hide(one.by), "failed": hide(one.failed)}


def unjudged_document(one: Unjudged, hide: Callable[[str], str]) -> dict[str, str]:
    """What could not be judged, in the same way."""
    return {"subject": hide(one.subject), "reason": hide(one.reason)}
