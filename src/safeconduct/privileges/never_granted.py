"""Roles that a text makes and grants something, and that nobody's session is a member of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.model import Remedy, RemedyKind, Severity, quote_identifier
from safeconduct.privileges import rules_kinds
from safeconduct.privileges.memberships import read_memberships

if TYPE_CHECKING:
    from collections.abc import Iterator

    from safeconduct.model import Finding
    from safeconduct.postgres.session import Session
    from safeconduct.privileges.context import Context
    from safeconduct.privileges.reading.made_roles import MadeRoles


def never_granted(session: Session, context: Context, roles: MadeRoles, subject: str) -> Iterator[Finding]:
    """A note for each such role. One round trip where there may be one. Raises what Session.query raises."""
    if not roles.granted:
        return
    mine = (context.role, *read_memberships(session, context.role).reached())
    for role in roles.unreached(mine):
        name = quote_identifier(role)
        grant = f"GRANT {name} TO {context.role_sql};"
        yield rules_kinds.MEMBERSHIP_NEVER_GRANTED.finding(
            subject,
            f"{name} is made and granted privileges, but not granted to {context.role_sql}, which gains nothing by it",
            evidence={"role": name, "members": "none by these statements that would reach the connection's role"},
            remedies=(Remedy(RemedyKind.SQL, grant, when=f"what {name} may do is meant for {context.role_sql}"),),
            severity=Severity.NOTE,
        )
