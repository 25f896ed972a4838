"""Calls of functions and procedures, with what syntax tells of their arguments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from safeconduct.privileges.names import is_temporary
from safeconduct.privileges.tree import kind, strings

if TYPE_CHECKING:
    from safeconduct.privileges.names import is_temporary
from safeconduct.privileges.tree import Node

_CONSTANTS = {"ival": "int4", "fval": "numeric", "sval": "text", "boolval": "bool", "bsval": "bit"}


Texts: TypeAlias = "tuple[tuple[int, str], ...]"
"""The texts among a call's arguments, each with its place."""


@dataclass(frozen=True, order=True)
class Call:
    """A call as it stands in a statement.

    `parts` is the name; `path` has the schemas in which an unqualified one is looked for, `closed` those of search_path
    that the role may not use. `types` has each argument's type, empty where syntax does not tell it; `named` the names
    of those that are given by name, and `texts` the constants. `via` says whose body calls it, empty for the statement
    itself.
    """

    parts: tuple[str, ...]
    path: tuple[str, ...]
    closed: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    procedure: bool = False
    via: str = ""
    texts: Texts = ()

    @property
    def schemas(self) -> tuple[str, ...]:
        """Where it is looked for, in turn."""
        if len(self.parts) == 1:
            return self.path
        return tuple(filter(is_temporary, self.path)) if self.parts[-2] == "pg_temp" else (self.parts[-2],)


@dataclass(frozen=True)
class Operator:
    """An operator as it stands in a statement: its name, and the schemas that it is looked for in."""

    parts: tuple[str, ...]
    schemas: tuple[str, ...]


def types_of(node: Node) -> tuple[str, ...]:
    """The types of a FuncCall's arguments; those of WITHIN GROUP count as well."""
    ordered = node.agg_order if node.agg_within_group else ()
    items = [*node.args, *(item.sort_by.node for item in ordered)]
    return tuple(_type(item) for item in items)


def texts_of(node: Node) -> Texts:
    """The string constants among a FuncCall's arguments; a VARIADIC array has the place of more than one."""
    items = () if node.func_variadic else enumerate(node.args)
    return tuple((place, str(item.sval.sval)) for place, item in items if _is_text(item))


def _is_text(node: Node) -> bool:
    return kind(node) == "A_Const" and node.WhichOneof("val") == "sval"


def named_in(node: Node) -> tuple[str, ...]:
    """The names of a FuncCall's named arguments."""
    return tuple(item.named_arg_expr.name for item in node.args if item.HasField("named_arg_expr"))


def _type(node: Node) -> str:
    what = kind(node)
    if what == "NamedArgExpr":
        return _type(node.arg)
    if what == "A_Const":
        return _CONSTANTS.get(node.WhichOneof("val") or "", "")
    if what == "TypeCast":
        names = strings(node.type_name.names)
        return ("_" if node.type_name.array_bounds else "") + names[-1] if names else ""
    return ""
