"""What a membership or an attribute brings along, so that nothing is asked for beside it that comes with it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from safeconduct.model import Grant, ObjectKind, Privilege, quote_identifier
from safeconduct.privileges.holdings import held_by

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from safeconduct.model.ledger import Need
    from safeconduct.postgres.session import Session


def with_coverage(session: Session, needs: Iterable[Need]) -> frozenset[Need]:
    """The needs, of which those that are met by a membership or by SUPERUSER know what else that brings.

    One round trip where a membership is needed. Raises what Session.query raises.
    """
    found = frozenset(needs)
    if not any(_is_membership(need) or need.proposal.kind is ObjectKind.ATTRIBUTE for need in found):
        return found
    roles = sorted({need.proposal.name for need in found if _is_membership(need)})
    everything = frozenset(grant for need in found for grant in need.grants)
    held = held_by(session, everything, roles)
    return frozenset(_bringing(need, _brought(need, everything, held)) for need in found)


def _bringing(need: Need, brought: frozenset[Grant]) -> Need:
    return replace(need, brings=tuple(sorted(brought))) if brought or need.brings else need


def unfit_owners(session: Session, owners: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Why a role may not be given something in a schema: it needs CREATE there, unless a superuser gives it."""
    asked = {(role, Grant(ObjectKind.SCHEMA, "", schema, Privilege.CREATE)) for role, schema in owners}
    held = held_by(session, {grant for _, grant in asked}, sorted({role for role, _ in asked}))
    for role, grant in sorted(asked):
        if grant not in held[role]:
            where = f"{quote_identifier(role)} may own what is in schema {grant.object_sql} only"
            yield f"{where} if it has CREATE there, which it has not"


def _is_membership(need: Need) -> bool:
    return need.proposal.kind is ObjectKind.ROLE and not need.mend


def _brought(need: Need, everything: frozenset[Grant], held: dict[str, frozenset[Grant]]) -> frozenset[Grant]:
    grant = need.proposal
    if grant.kind is ObjectKind.ATTRIBUTE and grant.name == "SUPERUSER":
        return everything - {grant}
    if not _is_membership(need):
        return frozenset(need.brings)
    # A role's attributes are its own.
    return frozenset(one for one in held[grant.name] if one.kind is not ObjectKind.ATTRIBUTE) - {grant}
