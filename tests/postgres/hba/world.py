"""Roles with nested memberships, and what a real server knows of them."""

from __future__ import annotations

import ipaddress
import socket
from functools import lru_cache
from typing import TYPE_CHECKING

import psycopg

from safeconduct.model import quote_identifier

if TYPE_CHECKING:
    from collections.abc import Sequence

    from safeconduct.postgres.hba.addresses import IPAddress
    from tests.servers.postgres import Postgres

USERS = ["etl", "bob", "all", "+analysts", "Sales", "a b", "a,b", 'quo"te', "ünï", "boss", "/etl", "sameuser"]
GROUPS = ["analysts", "staff", "everybody", "sales", "db1", "analysts x"]
MEMBERSHIPS = [
    ("analysts", "etl"),
    ("staff", "analysts"),
    ("everybody", "staff"),
    ("sales", "bob"),
    ("sales", "analysts"),
    ("db1", "a b"),
    ("analysts x", "ünï"),
]
ABSENT_USERS = ["nobody", "e" * 70, "x" * 62 + "üü", "replication"]
DATABASES = [
    "db1",
    "sales",
    "etl",
    "all",
    "sameuser",
    "replication",
    "Db One",
    "a,b",
    'quo"te',
    "+sales",
    "dünn",
    "db2",
]
LONG_DATABASES = ["d" * 63, "d" * 64, "y" * 62 + "éé"]


def populate(server: Postgres) -> None:
    """Create the roles. `boss` is a superuser, and member of nothing; some memberships do not inherit."""
    roles = [
        f"CREATE ROLE {quote_identifier(name)} LOGIN NOINHERIT {'SUPERUSER' if name == 'boss' else ''}"
        for name in [*USERS, *GROUPS]
    ]
    grants = [
        f"GRANT {quote_identifier(role)} TO {quote_identifier(member)}"
        + (" WITH INHERIT FALSE, SET FALSE" if server.version >= 16 and member == "bob" else "")
        for role, member in MEMBERSHIPS
    ]
    server.sql("; ".join([*roles, *grants]))


class ServerFacts:
    """Facts asked of the server itself and, for names of addresses, of the machine that it runs on."""

    def __init__(self, server: Postgres) -> None:
        self._session = server.superuser()
        self._roles = {name for (name,) in self._session.execute("SELECT rolname FROM pg_roles")}
        links = "SELECT member::regrole::oid, roleid::oid FROM pg_auth_members"
        names = dict(self._session.execute("SELECT oid, rolname FROM pg_roles").fetchall())
        self._links = {(names[member], names[role]) for member, role in self._session.execute(links.encode())}

    def close(self) -> None:
        self._session.close()

    def is_member(self, user: str, role: str) -> bool | None:
        if user not in self._roles or role not in self._roles:
            return False
        reached, waiting = {user}, [user]
        while waiting:
            here = waiting.pop()
            new = {to for member, to in self._links if member == here} - reached
            reached |= new
            waiting += new
        return role in reached

    def role_exists(self, role: str) -> bool | None:
        return role in self._roles

    def interfaces(self) -> Sequence[ipaddress.IPv4Interface | ipaddress.IPv6Interface] | None:
        """The loopback's only: nobody else knocks here."""
        return [ipaddress.IPv4Interface("127.0.0.1/8"), ipaddress.IPv6Interface("::1/128")]

    def resolve(self, host: str) -> Sequence[IPAddress] | None:
        return _resolve(host)

    def reverse(self, address: IPAddress) -> Sequence[str] | None:
        return _reverse(address)

    def regex(self, pattern: str, subject: str) -> tuple[str | None, ...] | bool | None:
        if not self._ask('SELECT %s COLLATE "C" ~ %s', subject, pattern):
            return False
        if pattern.startswith(("(?", "***")):  # such a beginning does not bear another one before it
            return True
        groups = self._ask("SELECT regexp_match(%s COLLATE \"C\", '(' || %s || ')')", subject, pattern)
        assert isinstance(groups, list)
        return tuple(groups[1:])

    def regex_error(self, pattern: str) -> str | None:
        try:
            self._ask("SELECT %s ~ %s", "", pattern)
        except psycopg.errors.InvalidRegularExpression as error:
            return (error.diag.message_primary or "").removeprefix("invalid regular expression: ")
        return None

    def _ask(self, query: str, *values: str) -> object:
        row = self._session.execute(query.encode(), values).fetchone()
        assert row is not None
        return row[0]


@lru_cache
def _resolve(host: str) -> tuple[IPAddress, ...]:
    try:
        found = socket.getaddrinfo(host, None)
    except OSError:
        return ()
    return tuple({ipaddress.ip_address(str(entry[4][0])) for entry in found})


@lru_cache
def _reverse(address: IPAddress) -> tuple[str, ...]:
    try:
        return (socket.getnameinfo((str(address), 0), socket.NI_NAMEREQD)[0],)
    except OSError:
        return ()
