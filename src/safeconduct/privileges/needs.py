"""All that is needed, and what could not be told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from safeconduct.model import Finding, Grant, Unjudged
from safeconduct.model.ledger import Need

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from safeconduct.model import Location
    from safeconduct.privileges.catalog import Relation

NOTHING_GRANTED = "01007"
SKIPPED = "01000"
"""Warnings: GRANT by a role that may not, VACUUM and ANALYZE of a table that they pass over."""


@dataclass(frozen=True)
class Needed:
    """The privileges that were found to be needed, what no grant can mend, and what could not be told.

    `passed_over` has pairs: a relation that an unqualified name means, and the one of the same name that stands before
    it on search_path, in a schema that the role may not use. `asked_by` has where in somebody's files a grant is asked
    for, as far as the statements themselves ask for it.
    """

    needs: frozenset[Need] = frozenset()
    findings: tuple[Finding, ...] = ()
    unjudged: tuple[Unjudged, ...] = ()
    passed_over: tuple[tuple[Relation, Relation], ...] = ()
    asked_by: Mapping[Grant, tuple[Location, ...]] = field(default_factory=dict)

    @property
    def grants(self) -> frozenset[Grant]:
        """The least that a role must be granted: one grant for each need, none that another need's grant covers."""
        return frozenset(need.proposal for need in least(self.needs))


def least(needs: Iterable[Need]) -> tuple[Need, ...]:
    """The needs without those that the proposals of the others meet anyway, sorted."""
    ordered = sorted(needs, key=lambda need: (len(need.grants), need))
    taken: list[Need] = []
    given: frozenset[Grant] = frozenset()
    for need in ordered:
        if not need.met_by(given) and not given.intersection(_wider(need.proposal)):
            taken.append(need)
            given |= {need.proposal}
    return tuple(sorted(taken))


def _wider(grant: Grant) -> tuple[Grant, ...]:
    return (Grant(grant.kind, grant.schema, grant.name, grant.privilege),) if grant.column else ()
