"""Roles that a text makes: what it grants them, and whom it makes their members."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from safeconduct.privileges.tree import enum_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from safeconduct.privileges.tree import Node

_MEMBERS = frozenset({"rolemembers", "adminmembers"})


@dataclass
class MadeRoles:
    """`granted` has the roles that the text made and then granted something; `members` pairs of role and member."""

    made: set[str] = field(default_factory=set)
    granted: dict[str, None] = field(default_factory=dict)
    members: set[tuple[str, str]] = field(default_factory=set)

    def create(self, node: Node) -> None:
        """CREATE ROLE, with the memberships that it makes."""
        self.made.add(node.role)
        for item in node.options:
            option = item.def_elem.defname
            for other in _named(item.def_elem.arg.list.items) if option in (*_MEMBERS, "addroleto") else ():
                self.members.add((node.role, other) if option in _MEMBERS else (other, node.role))

    def grant(self, node: Node) -> None:
        """GRANT of privileges."""
        if node.is_grant:
            self.granted.update((role, None) for role in _named(node.grantees) if role in self.made)

    def grant_role(self, node: Node) -> None:
        """GRANT of membership, which makes the member gain by what the role is granted."""
        if node.is_grant:
            roles = [item.access_priv.priv_name for item in node.granted_roles]
            self.members |= {(role, member) for role in roles for member in _named(node.grantee_roles)}

    def unreached(self, roles: Iterable[str]) -> Iterator[str]:
        """Those that were granted something, of which the text makes none of these roles a member."""
        reached, waiting = set(roles), list(roles)
        while waiting:
            member = waiting.pop()
            fresh = {role for role, other in self.members if other == member} - reached
            reached |= fresh
            waiting += fresh
        return (role for role in self.granted if role not in reached)


def _named(roles: Iterable[Node]) -> Iterator[str]:
    for item in roles:
        if enum_name(item.role_spec, "roletype") == "ROLESPEC_CSTRING":
            yield item.role_spec.rolename
