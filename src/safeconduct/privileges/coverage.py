"""What a membership or an attribute brings along, so that nothing is asked for beside it that comes with it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from safeconduct.model import Grant, ObjectKind, Privilege, quote_identifier
from safeconduct.model.ledger import Need
from safeconduct.privileges.holdings import access_lists, held_by

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from safeconduct.postgres.session import Session

SUPERUSER = Grant(ObjectKind.ATTRIBUTE, "", "SUPERUSER", Privilege.USAGE)
_BRINGING = frozenset({ObjectKind.ROLE, ObjectKind.ATTRIBUTE})


def with_coverage(session: Session, needs: Iterable[Need]) -> frozenset[Need]:
    """The needs, of which those that are met by a membership or by SUPERUSER know what else that brings.

    One round trip where a membership is needed. Raises what Session.query raises.
    """
    found = frozenset(needs)
    if _BRINGING.isdisjoint([need.grants[0].kind for need in found]):
        return found
    roles = sorted({need.proposal.name for need in found if _is_membership(need)})
    everything = frozenset(grant for need in found for grant in need.grants)
    held = held_by(session, everything | {SUPERUSER}, roles)
    held.update(_of_superusers(session, everything, [role for role in roles if SUPERUSER in held[role]]))
    return frozenset(_bringing(need, _brought(need, everything, held)) for need in found)


def _bringing(need: Need, brought: frozenset[Grant]) -> Need:
    return replace(need, brings=tuple(sorted(brought))) if brought or need.brings else need


def fitting_owners(session: Session, owners: Iterable[tuple[str, str]]) -> Iterator[Need]:
    """What lets a role be given something in a schema: it needs CREATE there, unless a superuser gives it.

    One round trip where something is given away. Raises what Session.query raises.
    """
    asked = {(role, Grant(ObjectKind.SCHEMA, "", schema, Privilege.CREATE)) for role, schema in owners}
    held = held_by(session, {grant for _, grant in asked}, sorted({role for role, _ in asked}))
    for role, grant in sorted(asked):
        if grant not in held[role]:
            where = f"{quote_identifier(role)} may own what is in schema {grant.object_sql} only"
            yield Need((SUPERUSER,), f"{where} if it has CREATE there, which it has not", mend=grant.sql(role))


def _of_superusers(
    session: Session, grants: frozenset[Grant], roles: Sequence[str]
) -> Iterator[tuple[str, frozenset[Grant]]]:
    """What is theirs or was granted to them: a member of a superuser is none."""
    lists = access_lists(session, grants) if roles else {}
    for role in roles:
        yield role, frozenset(grant for grant, acl in lists.items() if role in (acl.owner, *acl.grantees))


def _is_membership(need: Need) -> bool:
    """Who is made the owner of the database is a member of pg_database_owner by that."""
    return need.proposal.kind is ObjectKind.ROLE and (not need.mend or need.proposal.name == "pg_database_owner")


def _brought(need: Need, everything: frozenset[Grant], held: dict[str, frozenset[Grant]]) -> frozenset[Grant]:
    grant = need.proposal
    if grant == SUPERUSER and not need.mend:
        return everything - {grant}
    if not _is_membership(need):
        return frozenset(need.brings)
    # A role's attributes are its own.
    return frozenset(one for one in held[grant.name] if one.kind is not ObjectKind.ATTRIBUTE) - {grant}
