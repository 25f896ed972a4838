"""What a statement asks of objects that are no relations: who owns them is looked up after all has been read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from safeconduct.privileges.tree import kind, strings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from safeconduct.model import Grant, Privilege
    from safeconduct.privileges.tree import Node

FUNCTION, TYPE, PARAMETER, DATABASE, LARGE_OBJECT = "FUNCTION", "TYPE", "PARAMETER", "DATABASE", "LARGE OBJECT"
OPERATOR, OPERATOR_CLASS, OPERATOR_FAMILY = "OPERATOR", "OPERATOR CLASS", "OPERATOR FAMILY"
CONFIGURATION, DICTIONARY = "TEXT SEARCH CONFIGURATION", "TEXT SEARCH DICTIONARY"
COLLATION, CONVERSION, STATISTICS = "COLLATION", "CONVERSION", "STATISTICS"
LANGUAGE, FOREIGN_SERVER, EXTENSION, ROLE = "LANGUAGE", "FOREIGN SERVER", "EXTENSION", "ROLE"
TO_CREATE = "EXTENSION TO CREATE"
IN_SCHEMAS = frozenset(
    {FUNCTION, TYPE, COLLATION, CONVERSION, CONFIGURATION, DICTIONARY, STATISTICS}
    | {OPERATOR, OPERATOR_CLASS, OPERATOR_FAMILY}
)
THING_OF = {
    "OBJECT_TYPE": TYPE,
    "OBJECT_DOMAIN": TYPE,
    "OBJECT_FUNCTION": FUNCTION,
    "OBJECT_PROCEDURE": FUNCTION,
    "OBJECT_ROUTINE": FUNCTION,
    "OBJECT_AGGREGATE": FUNCTION,
    "OBJECT_FOREIGN_SERVER": FOREIGN_SERVER,
    "OBJECT_FDW": "FOREIGN DATA WRAPPER",
    "OBJECT_LANGUAGE": LANGUAGE,
    "OBJECT_EXTENSION": EXTENSION,
    "OBJECT_COLLATION": COLLATION,
    "OBJECT_CONVERSION": CONVERSION,
    "OBJECT_OPERATOR": OPERATOR,
    "OBJECT_OPCLASS": OPERATOR_CLASS,
    "OBJECT_OPFAMILY": OPERATOR_FAMILY,
    "OBJECT_TSCONFIGURATION": CONFIGURATION,
    "OBJECT_TSDICTIONARY": DICTIONARY,
    "OBJECT_STATISTIC_EXT": STATISTICS,
    "OBJECT_EVENT_TRIGGER": "EVENT TRIGGER",
    "OBJECT_PUBLICATION": "PUBLICATION",
    "OBJECT_SUBSCRIPTION": "SUBSCRIPTION",
    "OBJECT_DATABASE": DATABASE,
    "OBJECT_TABLESPACE": "TABLESPACE",
    "OBJECT_LARGEOBJECT": LARGE_OBJECT,
    "OBJECT_PARAMETER_ACL": PARAMETER,
}
"""By the names of PostgreSQL's ObjectType."""


@dataclass(frozen=True)
class Thing:
    """An object by its name: `schemas` are looked in in turn; empty for objects without.

    `inputs` are the types of a function's input arguments, None where they are not said.
    """

    kind: str
    parts: tuple[str, ...]
    schemas: tuple[str, ...] = ()
    inputs: tuple[str, ...] | None = None

    @property
    def name(self) -> str:
        """Its name without a schema."""
        return self.parts[-1]


@dataclass(frozen=True)
class ThingAsk:
    """What is asked of it: its ownership, or privileges on it, which `grantable` are to be passed on.

    Any of `others` would do as well, and with `is_any` one of the privileges is enough.
    A thing that is not found is passed over in silence if `or_nothing`. `is_named` asks for no more than that it is
    found by its name, and of a domain that its constraints may be tried. `new_owner` is the role that is to own it.
    `either` is a thing whose ownership would do as well.
    """

    thing: Thing
    why: str
    privileges: tuple[Privilege, ...] = ()
    grantable: bool = False
    others: tuple[Grant, ...] = ()
    or_nothing: bool = False
    is_any: bool = False
    is_named: bool = False
    new_owner: str = ""
    either: Thing | None = None


def parts_of(node: Node) -> tuple[tuple[str, ...], tuple[str, ...] | None]:
    """The parts of an object's name, and the types of a function's input arguments where they are said."""
    what = kind(node)
    if what == "List":
        if len(node.items) and node.items[0].HasField("type_name"):
            return strings(node.items[0].type_name.names), None
        return strings(node.items), None
    if what == "TypeName":
        return strings(node.names), None
    if what == "ObjectWithArgs":
        return strings(node.objname), None if node.args_unspecified else _inputs(node.objargs)
    if what == "Integer":
        return (str(node.ival),), None
    return (str(getattr(node, "sval", getattr(node, "fval", ""))),), None


def named_as(what: str, node: Node) -> tuple[tuple[str, ...], tuple[str, ...] | None]:
    """The same with the name that things.sql has for it: an operator's with its sides, a class's with its method."""
    parts, inputs = parts_of(node)
    if what == OPERATOR:
        sides = (input_type(item) if kind(item) == "TypeName" else "NONE" for item in node.objargs)
        return (*parts[:-1], " ".join((parts[-1], *sides))), None
    if what in (OPERATOR_CLASS, OPERATOR_FAMILY):
        method, *name = parts
        return (*name[:-1], f"{name[-1]} USING {method}"), None
    return parts, inputs


def input_type(node: Node) -> str:
    """The name in pg_type of a TypeName."""
    names = strings(node.names)
    return ("_" if node.array_bounds else "") + names[-1] if names else ""


def _inputs(types: Iterable[Node]) -> tuple[str, ...]:
    named = (item for item in types)
    # An operator's missing side is no type.
    return tuple(input_type(item) for item in named if kind(item) == "TypeName")
