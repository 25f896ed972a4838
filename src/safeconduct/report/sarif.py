"""A report as SARIF 2.1.0 (OASIS, with Errata 01), for code scanning.

Paragraphs (§) are those of https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from safeconduct import __version__
from safeconduct.masking import mask_extra
from safeconduct.model import ExitCode, Outcome, no_rule
from safeconduct.report.account import accounts, once
from safeconduct.report.page import Page
from safeconduct.report.sarif_place import fingerprint, logical, physical

if TYPE_CHECKING:
    from collections.abc import Iterator

    from safeconduct.masking import Masker
    from safeconduct.model import Finding, Location, Remedy, Report, Rule, RuleOf
    from safeconduct.report.account import Account

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
VERSION = "2.1.0"


def render_sarif(
    report: Report, masker: Masker, *, width: int = 100, colour: bool = False, rule_of: RuleOf = no_rule
) -> str:
    """The report as one SARIF log; `width` and `colour` mean nothing here.

    What could not be judged is a notification of the run, which then counts as not executed successfully: a log
    without results is not to be read as a connection without faults.
    """
    run = _Run(report, Page(masker, width, False), rule_of)
    # ASCII only: no terminal's encoding stands in the way.
    return json.dumps({"$schema": SCHEMA, "version": VERSION, "runs": [run.document]}, indent=2)


@dataclass(frozen=True)
class _Run:
    report: Report
    page: Page
    rule_of: RuleOf

    @property
    def document(self) -> dict[str, Any]:
        driver = {
            "name": "safeconduct",
            "version": __version__,
            "rules": [_descriptor(rule_id, self.rule_of(rule_id)) for rule_id in self._places],
        }
        return {
            "tool": {"driver": driver},
            "invocations": [self._invocation()],
            "results": [self._result(finding) for finding in once(self.report.findings)],
        }

    @cached_property
    def _places(self) -> dict[str, int]:
        """The rules that occur, by id, and the place of each in the table."""
        return {rule_id: place for place, rule_id in enumerate(sorted({f.rule for f in self.report.findings}))}

    @cached_property
    def _accounts(self) -> list[Account]:
        return accounts(self.report)

    @cached_property
    def _connections(self) -> frozenset[str]:
        return frozenset(walk.connection for walk in self.report.walks)

    def _invocation(self) -> dict[str, Any]:
        unjudged, unsaid = list(self._unjudged()), list(self._unsaid())
        return {
            "executionSuccessful": not unjudged,
            "exitCode": int(self.report.exit_code),
            "exitCodeDescription": _EXITS[self.report.exit_code],
            "toolExecutionNotifications": [self._notification(*one) for one in (*unjudged, *unsaid)],
        }

    def _unjudged(self) -> Iterator[tuple[str, str]]:
        """Subject and text of all that could not be judged."""
        for one in self.report.unjudged:
            yield one.subject, f"{one.subject}: could not be judged: {one.reason}"
        for account in self._accounts:
            if account.walk.outcome is Outcome.UNJUDGED and not account.unjudged:
                yield account.walk.connection, f"{account.walk.connection}: could not be judged: {account.reason}"

    def _unsaid(self) -> Iterator[tuple[str, str]]:
        """Subject and text of refusals whose finding is told of something else, such as the metadata database."""
        for account in self._accounts:
            if account.walk.outcome is Outcome.REFUSED and not account.findings:
                yield account.walk.connection, f"{account.walk.connection}: refused: {account.reason}"

    def _notification(self, subject: str, text: str) -> dict[str, Any]:
        return {
            "level": "warning",
            "message": {"text": _message(self.page.clean(text))},
            "locations": [self._location(subject)],
        }

    def _result(self, finding: Finding) -> dict[str, Any]:
        clean = self.page.clean
        return {
            "ruleId": finding.rule,
            "ruleIndex": self._places[finding.rule],
            "level": finding.severity.value,
            "message": {"text": _message(clean(finding.message))},
            "locations": [self._location(finding.subject, finding.location)],
            "partialFingerprints": fingerprint(finding, self.page),
            "properties": {
                "stage": finding.stage.value if finding.stage else None,
                "evidence": self._evidence(finding),
                "possible": [clean(cause) for cause in finding.possible],
                "remedies": [self._remedy(remedy) for remedy in finding.remedies],
            },
        }

    def _location(self, subject: str, place: Location | None = None) -> dict[str, Any]:
        named = {"logicalLocations": [logical(self.page.clean(subject), subject in self._connections)]}
        return {"physicalLocation": physical(place, self.page.masker), **named} if place else named

    def _evidence(self, finding: Finding) -> dict[str, str]:
        return {name: str(value) for name, value in mask_extra(finding.evidence, self.page.clean).items()}

    def _remedy(self, remedy: Remedy) -> dict[str, Any]:
        return {
            "kind": remedy.kind.value,
            "text": self.page.clean(remedy.text),
            "when": self.page.clean(remedy.when),
            "proven": remedy.proven,
        }


_EXITS = {
    ExitCode.WELL: "all is well",
    ExitCode.FOUND: "something is refused or found",
    ExitCode.USAGE: "wrong usage",
    ExitCode.UNJUDGED: "something could not be judged",
}


def _descriptor(rule_id: str, rule: Rule | None) -> dict[str, Any]:
    """A rule as `rules` lists it. Its texts are those of docs/rules and are not masked: they are known to everybody,
    and a mask in one of them would tell that a password is the word that stands there."""
    if rule is None:
        return {"id": rule_id}
    page = f"docs/rules/{rule_id}.md"
    return {
        "id": rule_id,
        "shortDescription": {"text": _message(rule.title)},
        "fullDescription": {"text": _message(rule.cause)},
        "help": {
            "text": _message(f"{rule.remedy}\n\nMore about it: {page}"),
            "markdown": _braces(f"{rule.remedy}\n\nMore about it: [{page}]({page})"),
        },
    }


def _message(text: str) -> str:
    """The text as a plain message: nothing in it is taken for a placeholder (§3.11.5) or for a link (§3.11.6).

    A link is `[text](destination)` and cannot be escaped, so what would be one gets a blank between its halves.
    """
    return _braces(text.replace("](", "] ("))


def _braces(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
