"""What a role holds, and why: each privilege with the way it came, and with the reason where it does not count."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from safeconduct.model.privilege import Grant, ObjectKind, Privilege

if TYPE_CHECKING:
    from collections.abc import Iterator


class Source(str, Enum):
    """How a role came by a privilege."""

    GRANTED = "granted"
    PUBLIC = "public"
    OWNER = "owner"
    MEMBER = "member"
    PREDEFINED = "predefined"


@dataclass(frozen=True)
class Way:
    """The source, and the roles on the way to it, the nearest first: `etl` in `loaders` in `writers`.

    `stopped` says why what lies behind it does not count ("" where it does).
    """

    source: Source
    through: tuple[str, ...] = ()
    stopped: str = ""


@dataclass(frozen=True)
class Holding:
    """The same privileges on one or more objects of one schema, by one way.

    `objects` are pairs of a name and, for functions and procedures, the types of its arguments. With no `objects`, it
    is all that there are, in every schema (pg_read_all_data). `owns` says that the way leads to the owner, who may do
    more than any privilege says. `grantable` are those of the privileges that may be passed on.
    """

    kind: ObjectKind
    schema: str
    objects: tuple[tuple[str, str], ...]
    privileges: tuple[Privilege, ...]
    way: Way
    column: str = ""
    grantable: frozenset[Privilege] = frozenset()
    owns: bool = False

    @property
    def counts(self) -> bool:
        """Whether the role has these in effect."""
        return not self.way.stopped

    def grants(self) -> Iterator[Grant]:
        """Each privilege on each object; nothing for a holding without objects."""
        for name, arguments in self.objects:
            for privilege in self.privileges:
                yield Grant(self.kind, self.schema, name, privilege, self.column, arguments)


@dataclass(frozen=True)
class Later:
    """Default privileges: what the role will hold on objects that `creator` makes later, in `schema` ("" for any)."""

    creator: str
    schema: str
    kind: ObjectKind
    privileges: tuple[Privilege, ...]
    way: Way


@dataclass(frozen=True)
class Inventory:
    """Everything that a role holds in one database. A superuser holds all, whatever the lists say.

    `attributes` are those of the role itself, such as CREATEROLE, which no membership passes on; `memberships` the
    roles that it is a member of, directly or through others, with why their privileges do not count at once, if so.
    Without `exists` there is no such role.
    """

    role: str
    database: str
    superuser: bool
    holdings: tuple[Holding, ...] = ()
    later: tuple[Later, ...] = ()
    exists: bool = True
    attributes: tuple[str, ...] = ()
    memberships: tuple[Way, ...] = ()

    def counted(self) -> Iterator[Holding]:
        """What is in effect."""
        return (holding for holding in self.holdings if holding.counts)
