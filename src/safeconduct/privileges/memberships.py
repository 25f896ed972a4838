"""Memberships that do not inherit: the grant is there, and does not count."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from safeconduct.model import quote_identifier
from safeconduct.privileges.queries import statement

if TYPE_CHECKING:
    from safeconduct.postgres.session import Session

PER_MEMBERSHIP = 160000
"""Since PostgreSQL 16 each membership says whether it inherits; before, the member's own attribute did."""


@dataclass(frozen=True)
class Membership:
    """That `member` was granted `role`: whether its privileges count at once, and whether SET ROLE may go there."""

    member: str
    role: str
    inherits: bool
    may_set: bool
    superuser: bool


@dataclass(frozen=True)
class Memberships:
    """All memberships that a role has, directly or through others."""

    of: str
    links: tuple[Membership, ...] = ()

    def reached(self) -> tuple[str, ...]:
        """Every role that can be reached and is no superuser: a superuser's power is never inherited."""
        return tuple(dict.fromkeys(link.role for link in self.links if not link.superuser))

    def path(self, role: str) -> tuple[Membership, ...]:
        """The shortest way to the role; empty when there is none."""
        ways: dict[str, tuple[Membership, ...]] = {self.of: ()}
        waiting = deque([self.of])
        while waiting and role not in ways:
            here = waiting.popleft()
            for link in self.links:
                if link.member == here and link.role not in ways:
                    ways[link.role] = (*ways[here], link)
                    waiting.append(link.role)
        return ways.get(role, ())


def read_memberships(session: Session, role: str) -> Memberships:
    """The role's memberships, in one round trip. Raises what Session.query raises."""
    rows = session.query(statement("memberships.sql"), [role])
    links = (
        Membership(member or "", of or "", inherits == "true", may_set == "true", superuser == "true")
        for member, of, inherits, may_set, superuser in rows
    )
    return Memberships(role, tuple(links))


def inherit_statements(path: tuple[Membership, ...], version: int) -> str:
    """SQL that makes every membership on the way count. `version` as server_version_num."""
    broken = [link for link in path if not link.inherits]
    if version >= PER_MEMBERSHIP:
        lines = [
            f"GRANT {quote_identifier(link.role)} TO {quote_identifier(link.member)} WITH INHERIT TRUE;"
            for link in broken
        ]
    else:
        lines = [f"ALTER ROLE {quote_identifier(link.member)} INHERIT;" for link in broken]
    return "\n".join(dict.fromkeys(lines))
