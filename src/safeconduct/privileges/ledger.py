"""The account of a role: what it needs, holds, lacks, and has too much of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from safeconduct.model.grants import by_object
from safeconduct.model.ledger import Ledger
from safeconduct.privileges.excess import excess_of
from safeconduct.privileges.findings import mended
from safeconduct.privileges.inventory import read_inventory
from safeconduct.privileges.judgement import missing
from safeconduct.privileges.needs import least
from safeconduct.privileges.revoke import read_leaning, remarks, revocations

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from safeconduct.model import Finding
    from safeconduct.model.ledger import Need
    from safeconduct.postgres.session import Session
    from safeconduct.privileges.asked import Asked
    from safeconduct.privileges.judgement import Judgement


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


def draw_up(session: Session, subject: str, wish: Wish) -> Ledger:
    """The account, by the catalogs alone. Raises what Session.query raises, where `missing` does not say it itself."""
    role = wish.role or session.role
    inventory = read_inventory(session, role) if wish.held or wish.excess else None
    if not (wish.needed or wish.missing or wish.excess):
        return Ledger(subject, role, session.database, held=inventory)
    judgement = missing(session, wish.asked, subject)
    needs = least(judgement.needed.needs)
    excess = excess_of(inventory, judgement.needed.needs) if wish.excess and inventory else None
    return Ledger(
        subject,
        judgement.role,
        session.database,
        needed=needs if wish.needed else None,
        held=inventory if wish.held else None,
        missing=judgement.missing if wish.missing else None,
        excess=excess,
        grants=grants_for(judgement.missing if wish.missing else needs, wish.to or judgement.role),
        revocations=tuple(revocations(excess, judgement.role, read_leaning(session, excess, role))) if excess else (),
        remarks=tuple(remarks(excess or ())),
        findings=tuple(_beside(judgement)),
        unjudged=judgement.unjudged,
    )


def grants_for(needs: Iterable[Need], role: str) -> tuple[str, ...]:
    """One statement for each object, from the outside in: database, schema, table."""
    every = tuple(needs)
    found: list[str] = []
    for grants in by_object(need.proposal for need in every).values():
        found += mended([need for need in every if need.proposal in grants], grants, role)
    return tuple(dict.fromkeys(found))


def _beside(judgement: Judgement) -> Iterator[Finding]:
    """The findings that say more than that something was never granted, which the account itself lists."""
    plain = set(grants_for(judgement.missing, judgement.role))
    for finding in judgement.findings:
        if not finding.remedies or finding.remedies[0].text not in plain:
            yield finding
