"""The account of a role as JSON, by docs/privileges.schema.json."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from safeconduct.report.json import finding_document, report_document, unjudged_document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from safeconduct.masking import Masker
    from safeconduct.model import Grant, Report
    from safeconduct.model.holding import Holding, Inventory, Way
    from safeconduct.model.ledger import Excess, Ledger, Need

SCHEMA = "safeconduct/privileges/1"


def render_ledgers_json(ledgers: Sequence[Ledger], report: Report, masker: Masker) -> str:
    """The accounts and the report of the walks that led to them as one JSON document.

    What was not asked for is null.
    """
    roles = [_ledger(one, masker.text) for one in ledgers]
    return json.dumps({"schema": SCHEMA, "roles": roles, "report": report_document(report, masker)}, indent=2)


def _ledger(ledger: Ledger, hide: Callable[[str], str]) -> dict[str, Any]:
    return {
        "connection": hide(ledger.connection),
        "role": hide(ledger.role),
        "database": hide(ledger.database),
        "needed": _needs(ledger.needed, ledger, hide),
        "held": _held(ledger.held, hide),
        "missing": _needs(ledger.missing, ledger, hide),
        "excess": None if ledger.excess is None else [_excess(one, hide) for one in ledger.excess],
        "grants": [hide(text) for text in ledger.grants],
        "revocations": [
            {
                "statements": [hide(text) for text in one.statements],
                "leans": [hide(text) for text in one.leans],
                "blocked": one.blocked,
            }
            for one in ledger.revocations
        ],
        "remarks": [hide(text) for text in ledger.remarks],
        "findings": [finding_document(finding, hide) for finding in ledger.findings],
        "unjudged": [unjudged_document(one, hide) for one in ledger.unjudged],
    }


def _needs(needs: Iterable[Need] | None, ledger: Ledger, hide: Callable[[str], str]) -> list[dict[str, Any]] | None:
    if needs is None:
        return None
    return [
        {
            **_grant(need.proposal, hide),
            "why": hide(need.why),
            "asked_by": [{"file": hide(p.file), "line": p.line} for p in ledger.asked_by.get(need.proposal, ())],
        }
        for need in needs
    ]


def _grant(grant: Grant, hide: Callable[[str], str]) -> dict[str, Any]:
    return {
        "kind": grant.kind.value,
        "schema": hide(grant.schema),
        "name": hide(grant.name),
        "arguments": hide(grant.arguments),
        "column": hide(grant.column),
        "privilege": grant.privilege.value,
        "grantable": grant.grantable,
    }


def _held(held: Inventory | None, hide: Callable[[str], str]) -> dict[str, Any] | None:
    if held is None:
        return None
    return {
        "superuser": held.superuser,
        "attributes": list(held.attributes),
        "memberships": [_way(one, hide) for one in held.memberships],
        "holdings": [_holding(one, hide) for one in held.holdings],
        "later": [
            {
                "creator": hide(one.creator),
                "schema": hide(one.schema),
                "kind": one.kind.value,
                "privileges": [privilege.value for privilege in one.privileges],
                "way": _way(one.way, hide),
            }
            for one in held.later
        ],
    }


def _holding(holding: Holding, hide: Callable[[str], str]) -> dict[str, Any]:
    return {
        "kind": holding.kind.value,
        "schema": hide(holding.schema),
        "objects": [{"name": hide(name), "arguments": hide(arguments)} for name, arguments in holding.objects],
        "column": hide(holding.column),
        "privileges": [privilege.value for privilege in holding.privileges],
        "grantable": sorted(privilege.value for privilege in holding.grantable),
        "owns": holding.owns,
        "counts": holding.counts,
        "way": _way(holding.way, hide),
    }


def _way(way: Way, hide: Callable[[str], str]) -> dict[str, Any]:
    return {
        "source": way.source.value,
        "through": [hide(role) for role in way.through],
        "stopped": hide(way.stopped),
    }


def _excess(one: Excess, hide: Callable[[str], str]) -> dict[str, Any]:
    return {
        **_grant(one.grant, hide),
        "way": _way(one.way, hide),
        "revocable": one.revocable,
        "narrower": [_grant(grant, hide) for grant in one.narrower],
    }
