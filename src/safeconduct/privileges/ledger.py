"""The account of a role: what it needs, holds, lacks, and has too much of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from safeconduct.model import ObjectKind, Unjudged, quote_identifier
from safeconduct.model.ledger import Ledger, needs_by_object
from safeconduct.privileges.engine import needed
from safeconduct.privileges.excess import excess_of
from safeconduct.privileges.findings import mended
from safeconduct.privileges.inventory import read_inventory, role_exists, with_attributes
from safeconduct.privileges.judgement import missing
from safeconduct.privileges.memberships import read_memberships
from safeconduct.privileges.needs import brought, least
from safeconduct.privileges.revoke import read_leaning, remarks, revocations

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from safeconduct.model import Finding
    from safeconduct.model.ledger import Need
    from safeconduct.postgres.session import Session
    from safeconduct.privileges.asked import Asked
    from safeconduct.privileges.judgement import Judgement
    from safeconduct.privileges.needs import NeededBy


@dataclass(frozen=True)
class Wish:
    """What an account is to tell, and of whom.

    `asked` is what the statements are; `role` is whose holdings are told, where that is not the session's own; `to`
    is the role that grants are written for, such as a group that the session's role is a member of.
    """

    asked: tuple[Asked, ...] = ()
    needed: bool = False
    held: bool = False
    missing: bool = False
    excess: bool = False
    role: str = ""
    to: str = ""


def draw_up(session: Session, subject: str, wish: Wish, needed_by: NeededBy = needed) -> Ledger:
    """The account, by the catalogs and this engine.

    Raises what Session.query raises, where `missing` does not say it itself.
    """
    role = wish.role or session.role
    inventory = read_inventory(session, role) if wish.held or wish.excess else None
    if inventory and wish.held:
        inventory = with_attributes(session, inventory)
    if not (wish.needed or wish.missing or wish.excess):
        absent = inventory is not None and not inventory.exists
        reasons = (Unjudged(subject, _no_role(role)),) if absent else ()
        return Ledger(subject, role, session.database, held=None if absent else inventory, unjudged=reasons)
    judgement = missing(session, wish.asked, subject, needed_by)
    needs = least(judgement.needed.needs)
    lacking = judgement.missing if wish.missing else needs
    beside = brought(judgement.needed.needs, needs) if wish.needed else judgement.brought if wish.missing else ()
    excess = excess_of(inventory, judgement.needed.needs) if wish.excess and inventory else None
    return Ledger(
        subject,
        judgement.role,
        session.database,
        needed=tuple(sorted((*needs, *beside))) if wish.needed else None,
        held=inventory if wish.held else None,
        missing=judgement.missing if wish.missing else None,
        excess=excess,
        grants=grants_for(filter(is_plain, lacking), wish.to or judgement.role),
        revocations=tuple(revocations(excess, judgement.role, read_leaning(session, excess, role))) if excess else (),
        remarks=(
            *remarks(excess or ()),
            *_to_decide(judgement.missing if wish.missing else (), judgement.role),
            *_come_along(beside, judgement.role, is_needed=wish.needed),
            *_passed_on(session, judgement.role, wish.to),
        ),
        findings=tuple(_beside(judgement)),
        unjudged=(*judgement.unjudged, *_unknown_role(session, subject, wish.to)),
        asked_by=judgement.needed.asked_by,
    )


def grants_for(needs: Iterable[Need], role: str) -> tuple[str, ...]:
    """One statement for each object, from the outside in: database, schema, table."""
    found = (text for grants, concerned in needs_by_object(needs) for text in mended(concerned, grants, role))
    return tuple(dict.fromkeys(found))


def is_plain(need: Need) -> bool:
    """Whether a grant on one object meets it. Attributes, memberships and ownership give more than is asked for."""
    return not need.mend and need.proposal.kind not in (ObjectKind.ATTRIBUTE, ObjectKind.ROLE)


def _to_decide(needs: Iterable[Need], role: str) -> Iterator[str]:
    """What would meet the needs that no plain grant meets: it gives more, and is for somebody to decide."""
    others = [need for need in needs if not is_plain(need)]
    for text in grants_for(others, role):
        yield f"this would give more than is asked for, and is yours to decide: {text}"


def _come_along(needs: Sequence[Need], role: str, *, is_needed: bool) -> Iterator[str]:
    """What the memberships, ownership or attributes among the needs bring, so that no grant is proposed for it."""
    if texts := grants_for(needs, role):
        what = "what is needed besides" if is_needed else "what would else be missing"
        yield f"a role's membership, ownership or attribute among these brings {what}: {' '.join(texts)}"


def _unknown_role(session: Session, subject: str, to: str) -> Iterator[Unjudged]:
    if to and not role_exists(session, to):
        yield Unjudged(subject, f"{_no_role(to)}, so that nothing can be granted to it")


def _no_role(role: str) -> str:
    return f"there is no role {quote_identifier(role)}"


def _passed_on(session: Session, role: str, to: str) -> Iterator[str]:
    """Why grants to another role would not reach this one."""
    if to in ("", role) or not role_exists(session, to):
        return
    path = read_memberships(session, role).path(to)
    names = quote_identifier(role), quote_identifier(to)
    if not path:
        yield f"{names[0]} is no member of {names[1]}, and gets nothing of this before: GRANT {names[1]} TO {names[0]};"
    elif any(not link.inherits for link in path):
        yield f"{names[0]} is a member of {names[1]}, but does not inherit from it, and gets nothing of this"


def _beside(judgement: Judgement) -> Iterator[Finding]:
    """The findings that say more than that something was never granted, which the account itself lists."""
    plain = set(grants_for(judgement.missing, judgement.role))
    for finding in judgement.findings:
        if not finding.remedies or finding.remedies[0].text not in plain:
            yield finding
