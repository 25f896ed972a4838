"""What pg_hba's rules depend on, asked of an administrator's session."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from safeconduct.postgres.insider.questions import statement
from safeconduct.postgres.query import QueryRefused

if TYPE_CHECKING:
    from collections.abc import Sequence
    from ipaddress import IPv4Interface, IPv6Interface

    from safeconduct.postgres.hba.addresses import IPAddress
    from safeconduct.postgres.session import Session


class SessionFacts:
    """Facts (see hba.Facts) about one user. Names and the server's interfaces are known on its own machine only."""

    def __init__(self, session: Session, user: str) -> None:
        self._session = session
        self._user = user

    @cached_property
    def _reached(self) -> frozenset[str]:
        return frozenset(row[0] or "" for row in self._session.query(statement("memberships"), [self._user]))

    @cached_property
    def _roles(self) -> frozenset[str]:
        return frozenset(row[1] or "" for row in self._session.query(statement("names")) if row[0] == "role")

    def is_member(self, user: str, role: str) -> bool | None:
        """See hba.Facts."""
        return role in self._reached if user == self._user else None

    def role_exists(self, role: str) -> bool | None:
        """See hba.Facts."""
        return role in self._roles

    def interfaces(self) -> Sequence[IPv4Interface | IPv6Interface] | None:
        """Not known: SQL does not tell them."""

    def resolve(self, host: str) -> Sequence[IPAddress] | None:
        """Not known: the server's machine resolves names its own way."""

    def reverse(self, address: IPAddress) -> Sequence[str] | None:
        """Not known, for the same reason."""

    def regex(self, pattern: str, subject: str) -> tuple[str | None, ...] | bool | None:
        """See hba.Facts; the groups are not asked for."""
        try:
            return self._session.query(statement("regex"), [subject, pattern])[0][0] == "true"
        except QueryRefused:
            return None
