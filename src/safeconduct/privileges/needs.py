"""All that is needed, and what could not be told."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from safeconduct.model import Finding, Grant, ObjectKind, Privilege, Unjudged
from safeconduct.model.ledger import Need

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from safeconduct.model import Location
    from safeconduct.postgres.session import Session
    from safeconduct.privileges.asked import Asked
    from safeconduct.privileges.catalog import Relation
    from safeconduct.privileges.context import Context

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


class NeededBy(Protocol):
    """An engine: what `engine.needed` is, a function of the session and of what is asked."""

    def __call__(
        self, session: Session, asked: Sequence[Asked], subject: str = "", context: Context | None = None
    ) -> Needed:
        """The privileges that the session's role needs for all that is asked."""


def least(needs: Iterable[Need]) -> tuple[Need, ...]:
    """The needs without those that the proposals of the others meet anyway, sorted."""
    ordered = sorted(needs, key=lambda need: (not need.brings, len(need.grants), need))
    taken: list[Need] = []
    given: set[Grant] = set()
    for need in ordered:
        if not need.met_by(given) and not given.intersection(_wider(need)):
            taken.append(need)
            given.update(need.brings, () if need.mend else (need.proposal,))
    return tuple(sorted(taken))


def brought(needs: Iterable[Need], taken: Iterable[Need]) -> tuple[Need, ...]:
    """Of the least needs those that are not among the `taken`, since one of these brings them."""
    known = {(need.grants, need.mend) for need in taken}
    plain = least(replace(need, brings=()) for need in needs)
    return tuple(need for need in plain if (need.grants, need.mend) not in known)


def _wider(need: Need) -> Iterator[Grant]:
    """What meets it as well: for a column the whole table, for what is passed on nothing less."""
    for grant in need.grants:
        if grant.column:
            yield Grant(grant.kind, grant.schema, grant.name, grant.privilege)


def owned(kind: ObjectKind, schema: str, name: str, arguments: str = "") -> tuple[Grant, ...]:
    """The privileges that the owner of an object has without any grant."""
    plain = (Grant(kind, schema, name, privilege, arguments=arguments) for privilege in Privilege)
    return tuple(one for grant in plain for one in (grant, replace(grant, grantable=True)))
