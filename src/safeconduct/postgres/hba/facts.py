"""What a rule depends on besides its own text, asked of whoever knows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from ipaddress import IPv4Interface, IPv6Interface

    from safeconduct.postgres.hba.addresses import IPAddress


class Facts(Protocol):
    """Every answer may be None: nobody could be asked. What hangs on it is then undecided, never guessed."""

    def is_member(self, user: str, role: str) -> bool | None:
        """Whether the user is a member of the role as PostgreSQL counts for +role and samerole.

        Directly or through others, whatever INHERIT and SET say; a role is a member of itself; a superuser is a
        member of nothing but what was granted to it; False when one of the two does not exist.
        (pg_has_role() is no answer: it counts superusers as members of everything.)
        """

    def role_exists(self, role: str) -> bool | None:
        """Whether there is such a role; it is only asked to say why +role does not fit."""

    def interfaces(self) -> Sequence[IPv4Interface | IPv6Interface] | None:
        """The server's own addresses with their networks, for samehost and samenet."""

    def resolve(self, host: str) -> Sequence[IPAddress] | None:
        """The addresses of a name as the server's machine resolves it; empty when it has none."""

    def reverse(self, address: IPAddress) -> Sequence[str] | None:
        """The names of an address as the server's machine resolves it; empty when it has none."""

    def regex(self, pattern: str, subject: str) -> tuple[str | None, ...] | bool | None:
        """Whether the pattern matches somewhere in the subject, as PostgreSQL's own engine has it.

        The groups in order (None for one that took no part; empty when the pattern has none), or False. True says
        that it matches and that the groups are not known. Both texts come with one character per byte, as
        PostgreSQL sees them this early; a server is asked with `subject COLLATE "C" ~ pattern`.
        """


class NoFacts:
    """Nobody can be asked anything."""

    def is_member(self, user: str, role: str) -> bool | None:
        """Not known."""

    def role_exists(self, role: str) -> bool | None:
        """Not known."""

    def interfaces(self) -> Sequence[IPv4Interface | IPv6Interface] | None:
        """Not known."""

    def resolve(self, host: str) -> Sequence[IPAddress] | None:
        """Not known."""

    def reverse(self, address: IPAddress) -> Sequence[str] | None:
        """Not known."""

    def regex(self, pattern: str, subject: str) -> tuple[str | None, ...] | bool | None:
        """Not known."""


def search(facts: Facts, pattern: str, subject: str) -> tuple[str | None, ...] | bool | None:
    """Ask `facts.regex` byte by byte, and bring its groups back to text.

    PostgreSQL matches these before it knows the database's encoding, so one character is one byte.
    """
    found = facts.regex(_bytewise(pattern), _bytewise(subject))
    if not isinstance(found, tuple):
        return found
    return tuple(None if group is None else _text(group) for group in found)


def _bytewise(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("latin-1")


def _text(group: str) -> str:
    return group.encode("latin-1").decode("utf-8", "surrogateescape")
