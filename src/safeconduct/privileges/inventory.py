"""Everything that a role holds in a database, and how it came by it, in four round trips."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from safeconduct.model import ObjectKind, Privilege, quote_identifier
from safeconduct.model.holding import Holding, Inventory, Later, Source, Way
from safeconduct.privileges.memberships import Membership, Memberships, read_memberships
from safeconduct.privileges.queries import as_json, statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from safeconduct.postgres.session import Session

PUBLIC = ""
"""How this room's SQL names PUBLIC among grantees."""
_LATER_KINDS = {
    "r": ObjectKind.TABLE,
    "S": ObjectKind.SEQUENCE,
    "f": ObjectKind.FUNCTION,
    "T": ObjectKind.TYPE,
    "n": ObjectKind.SCHEMA,
    "L": ObjectKind.LARGE_OBJECT,
}
_EVERYWHERE = {
    "pg_read_all_data": (
        (ObjectKind.SCHEMA, (Privilege.USAGE,)),
        (ObjectKind.TABLE, (Privilege.SELECT,)),
        (ObjectKind.SEQUENCE, (Privilege.SELECT,)),
    ),
    "pg_write_all_data": (
        (ObjectKind.SCHEMA, (Privilege.USAGE,)),
        (ObjectKind.TABLE, (Privilege.INSERT, Privilege.UPDATE, Privilege.DELETE)),
        (ObjectKind.SEQUENCE, (Privilege.USAGE, Privilege.UPDATE)),
    ),
    "pg_maintain": ((ObjectKind.TABLE, (Privilege.MAINTAIN,)),),
}
"""What membership in a predefined role gives on every object (PostgreSQL's documentation, "Predefined Roles")."""


def read_inventory(session: Session, role: str) -> Inventory:
    """What the role holds in the session's database. Raises what Session.query raises.

    Any role may look: the catalogs are open to all. A role that does not exist holds nothing.
    """
    memberships = read_memberships(session, role)
    ways = _ways(memberships)
    names = as_json([name for name in ways if name != PUBLIC])
    database, superuser = session.query(statement("inventory_self.sql"), [role])[0]
    rows = session.query(statement("inventory.sql"), [names])
    holdings = [*_everywhere(ways), *(holding for row in rows for holding in _holdings(row, ways))]
    later = session.query(statement("inventory_later.sql"), [names])
    return Inventory(
        role,
        database or "",
        superuser == "true",
        tuple(holdings if superuser == "true" else _closed(holdings)),
        tuple(one for row in later for one in _later(row, ways)),
        superuser is not None,
        memberships=tuple(
            _membership(memberships, name) for name in dict.fromkeys(one.role for one in memberships.links)
        ),
    )


def role_exists(session: Session, role: str) -> bool:
    """Whether there is such a role. Raises what Session.query raises."""
    return session.query(statement("inventory_self.sql"), [role])[0][1] is not None


def with_attributes(session: Session, inventory: Inventory) -> Inventory:
    """The same with the role's attributes. Raises what Session.query raises."""
    rows = session.query(statement("role_attributes.sql"), [as_json([inventory.role])])
    return replace(inventory, attributes=tuple(word or "" for _, word in rows))


def _membership(memberships: Memberships, role: str) -> Way:
    path = memberships.path(role)
    through = tuple(link.role for link in path)
    if path[-1].superuser:
        how = "by SET ROLE" if all(link.may_set for link in path) else "not even by SET ROLE"
        return Way(Source.MEMBER, through, f"it is a superuser, whose power is had {how}")
    return Way(Source.MEMBER, through, _stopped(path))


def _ways(memberships: Memberships) -> dict[str, Way]:
    """How each grantee is reached from the role: by itself, as everybody, or as a member."""
    found = {memberships.of: Way(Source.GRANTED), PUBLIC: Way(Source.PUBLIC)}
    for role in memberships.reached():
        path = memberships.path(role)
        found[role] = Way(Source.MEMBER, tuple(link.role for link in path), _stopped(path))
    return found


def _stopped(path: Sequence[Membership]) -> str:
    broken = next((link for link in path if not link.inherits), None)
    return f"{quote_identifier(broken.member)} does not inherit from {quote_identifier(broken.role)}" if broken else ""


def _everywhere(ways: dict[str, Way]) -> Iterator[Holding]:
    for name, gives in _EVERYWHERE.items():
        if name in ways:
            way = Way(Source.PREDEFINED, ways[name].through, ways[name].stopped)
            for kind, privileges in gives:
                yield Holding(kind, "", (), privileges, way)


def _holdings(row: tuple[str | None, ...], ways: dict[str, Way]) -> Iterator[Holding]:
    kind, schema, column, owner, names, items = row
    objects = tuple(sorted(_object(name) for name in json.loads(names or "[]")))
    by_grantee = _by_grantee(json.loads(items or "[]"))
    for grantee, (privileges, grantable) in by_grantee.items():
        owns = grantee == owner and not column
        yield Holding(
            ObjectKind(kind), schema or "", objects, privileges, _as_owner(ways[grantee], owns), column or "",
            grantable, owns,
        )  # fmt: skip
    if owner and owner not in by_grantee and not column:  # it took its own privileges away, and can give them back
        yield Holding(ObjectKind(kind), schema or "", objects, (), _as_owner(ways[owner], True), owns=True)


def _object(name: Any) -> tuple[str, str]:
    return (name[0], name[1]) if isinstance(name, list) else (name, "")


def _as_owner(way: Way, owns: bool) -> Way:
    return Way(Source.OWNER, way.through, way.stopped) if owns else way


def _by_grantee(items: Iterable[Any]) -> dict[str, tuple[tuple[Privilege, ...], frozenset[Privilege]]]:
    found: dict[str, dict[Privilege, bool]] = {}
    for grantee, privilege, grantable in items:
        mine = found.setdefault(grantee, {})
        mine[Privilege(privilege)] = mine.get(Privilege(privilege), False) or grantable
    return {
        grantee: (
            tuple(sorted(mine, key=_ORDER.__getitem__)),
            frozenset(p for p, passed_on in mine.items() if passed_on),
        )
        for grantee, mine in found.items()
    }


_ORDER = {privilege: position for position, privilege in enumerate(Privilege)}


def _closed(holdings: list[Holding]) -> Iterator[Holding]:
    """What lies in a schema that the role may not use is held, and cannot be reached."""
    usable = {
        name
        for holding in holdings
        if holding.kind is ObjectKind.SCHEMA and holding.counts and Privilege.USAGE in holding.privileges
        for name, _ in holding.objects
    }
    open_to_all = any(h.kind is ObjectKind.SCHEMA and not h.objects and h.counts for h in holdings)
    for holding in holdings:
        schema = holding.schema
        if not open_to_all and schema and schema not in usable | _OPEN and holding.counts:
            stopped = f"the role may not use the schema {quote_identifier(schema)}"
            yield replace(holding, way=replace(holding.way, stopped=stopped))
        else:
            yield holding


_OPEN = frozenset({"pg_catalog", "information_schema"})


def _later(row: tuple[str | None, ...], ways: dict[str, Way]) -> Iterator[Later]:
    creator, schema, kind, items = row
    for grantee, (privileges, _) in _by_grantee(json.loads(items or "null") or ()).items():
        yield Later(creator or "", schema or "", _LATER_KINDS[kind or "r"], privileges, ways[grantee])
