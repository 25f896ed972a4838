"""Findings from the outside in: the first is what the server says first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.privileges import rules, rules_kinds
from safeconduct.privileges.access import AT_ONCE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from safeconduct.model import Finding

_ORDER = (
    rules.DATABASE_CONNECT_MISSING,
    rules.SCHEMA_MISSING,
    rules.SCHEMA_USAGE_MISSING,
    rules.RELATION_MISSING,
    rules.RELATION_NOT_ON_SEARCH_PATH,
    rules.COLUMN_MISSING,
    # It may stand for a schema, too, but then for no schema that has a finding of its own.
    rules.MEMBERSHIP_NOT_INHERITED,
    # Policies are put into a statement before it is planned.
    rules.POLICY_SWITCHED_OFF,
    rules.POLICY_LOOP,
    rules.SESSION_READ_ONLY,
    rules.TABLE_PRIVILEGE_MISSING,
    rules.COLUMN_PRIVILEGE_MISSING,
    rules.VIEW_OWNER_LACKS_PRIVILEGE,
    rules.POLICY_COPY_FROM,
    rules.SEQUENCE_PRIVILEGE_MISSING,
    rules.SEQUENCE_USAGE_MISSING,
    rules.POLICY_NONE_APPLIES,
    *rules_kinds.RULES,
    rules.RELATION_PASSED_OVER,
    rules.POLICY_FILTERS_ROWS,
)
"""Names are looked up while a statement is analysed; ExecutorStart then asks whether the transaction may write, then
for privileges on tables; nextval() asks for its own when it is called, and new rows meet policies last."""
_RANK = {rule.id: rank for rank, rule in enumerate(_ORDER)}


def outside_in(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings in the order in which the server meets them; those of one rule stay as they are."""
    return tuple(sorted(findings, key=_rank))


def _rank(finding: Finding) -> int:
    return -1 if finding.evidence.get("refused") == AT_ONCE else _RANK[finding.rule]
