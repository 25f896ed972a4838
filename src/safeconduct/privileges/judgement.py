"""The decision: may this role do what is asked of it, and what exactly is missing?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from safeconduct.model import Finding, Grant, ObjectKind, Privilege, Unjudged
from safeconduct.model.ledger import Need
from safeconduct.postgres.query import QueryRefused
from safeconduct.postgres.session import SessionLost
from safeconduct.privileges import findings
from safeconduct.privileges.context import read_context
from safeconduct.privileges.engine import needed
from safeconduct.privileges.hidden import unsaid
from safeconduct.privileges.holdings import access_lists, held_by
from safeconduct.privileges.memberships import Memberships, read_memberships
from safeconduct.privileges.needs import Needed, brought, least
from safeconduct.privileges.order import outside_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from safeconduct.postgres.session import Session
    from safeconduct.privileges.asked import Asked
    from safeconduct.privileges.context import Context
    from safeconduct.privileges.needs import NeededBy

_SHOWN = {
    ObjectKind.DATABASE: (Privilege.CONNECT, Privilege.CREATE, Privilege.TEMPORARY),
    ObjectKind.SCHEMA: (Privilege.USAGE, Privilege.CREATE),
    ObjectKind.SEQUENCE: (Privilege.USAGE, Privilege.SELECT, Privilege.UPDATE),
    ObjectKind.TABLE: (
        Privilege.SELECT,
        Privilege.INSERT,
        Privilege.UPDATE,
        Privilege.DELETE,
        Privilege.TRUNCATE,
    ),
    ObjectKind.FUNCTION: (Privilege.EXECUTE,),
    ObjectKind.PROCEDURE: (Privilege.EXECUTE,),
    ObjectKind.TYPE: (Privilege.USAGE,),
    ObjectKind.LARGE_OBJECT: (Privilege.SELECT, Privilege.UPDATE),
    ObjectKind.LANGUAGE: (Privilege.USAGE,),
    ObjectKind.FOREIGN_SERVER: (Privilege.USAGE,),
    ObjectKind.FOREIGN_DATA_WRAPPER: (Privilege.USAGE,),
    ObjectKind.TABLESPACE: (Privilege.CREATE,),
}
"""What is looked up beside the needs, to show what the role has on an object where something is missing."""


@dataclass(frozen=True)
class Judgement:
    """The whole answer: what is needed, what of it is missing, and the findings and reasons that say so.

    `brought` is what would be missing as well if the missing memberships and ownership did not bring it.
    The findings stand from the outside in, as the server would meet them: schema, names, session, tables, sequences;
    notes come last.
    """

    role: str
    needed: Needed
    missing: tuple[Need, ...] = ()
    findings: tuple[Finding, ...] = ()
    unjudged: tuple[Unjudged, ...] = ()
    brought: tuple[Need, ...] = ()


def missing(session: Session, asked: Sequence[Asked], subject: str, needed_by: NeededBy = needed) -> Judgement:
    """Judge what is asked for the session's role: missing = needed - held.

    `subject` is the connection's name in the findings, `needed_by` the engine. Every finding's first remedy is enough
    for that finding; the others are other ways. Reads the catalogs only, in two to twelve round trips, two more for
    each level of functions that call others, one or two for each name that means nothing, and one where row security
    is met, then one for each step from policy to policy and each table that is shut. Where they cannot be read, that is
    the judgement.
    """
    try:
        return _judge(session, asked, subject, needed_by)
    except (QueryRefused, SessionLost) as error:
        reason = f"privileges could not be looked up: {error}"
        return Judgement(session.role, Needed(), unjudged=(Unjudged(subject, reason),))


def _judge(session: Session, asked: Sequence[Asked], subject: str, needed_by: NeededBy) -> Judgement:
    context = read_context(session)
    found = needed_by(session, asked, subject, context)
    held = held_by(session, _of_interest(found.needs), [context.role])[context.role]
    unmet = [need for need in found.needs if not need.met_by(held)]
    lacking = least(unmet)
    explained = _explain(session, context, found, lacking, held, subject) if lacking else []
    explained += unsaid(context, found.passed_over, explained, subject)
    told = outside_in([*found.findings, *explained])
    return Judgement(context.role, found, lacking, told, found.unjudged, brought(unmet, lacking))


def _of_interest(needs: Iterable[Need]) -> set[Grant]:
    wanted = {grant for need in needs for grant in need.grants}
    return wanted | {
        replace(grant, privilege=privilege, column="", grantable=False)
        for grant in wanted
        for privilege in _SHOWN.get(grant.kind, ())
    }


def _explain(
    session: Session, context: Context, found: Needed, lacking: Sequence[Need], held: frozenset[Grant], subject: str
) -> list[Finding]:
    memberships = read_memberships(session, context.role)
    unused = held_by(session, (grant for need in lacking for grant in need.grants), memberships.reached())
    lists = access_lists(session, (need.proposal for need in lacking))
    hidden = {(read.schema, read.name): relation for read, relation in found.passed_over}
    case = findings.Case(context, subject, held, lists, hidden, found.asked_by)
    through = _through(lacking, memberships, unused)
    indirect = {need for needs in through.values() for need in needs}
    direct = [need for need in lacking if need not in indirect]
    return [
        *(findings.not_inherited(case, memberships.path(role), needs) for role, needs in through.items()),
        *findings.not_granted(case, direct),
    ]


def _through(
    lacking: Iterable[Need], memberships: Memberships, unused: dict[str, frozenset[Grant]]
) -> dict[str, list[Need]]:
    """The missing needs that a role would meet whose membership does not inherit, by the nearest such role."""
    found: dict[str, list[Need]] = {}
    for need in lacking:
        if not _is_inherited(need.proposal):
            continue
        roles = [role for role, grants in unused.items() if need.met_by(grants)]
        if roles:
            nearest = min(roles, key=lambda role: (len(memberships.path(role)), role))
            found.setdefault(nearest, []).append(need)
    return found


def _is_inherited(grant: Grant) -> bool:
    """Whether a member has it: a role's attributes and its right to SET ROLE are its own."""
    return grant.kind is not ObjectKind.ATTRIBUTE and grant.privilege is not Privilege.SET
