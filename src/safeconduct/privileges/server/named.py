"""What a statement's own text names without a schema: to be found, it needs USAGE on the schema it is found in.

Relations are left to the reader of names; here are functions, operators and types. What stands in a view or a default
was found when that was made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from safeconduct.model import Grant, ObjectKind, Privilege, quote_identifier
from safeconduct.model.ledger import Need
from safeconduct.privileges.reading.calls import texts_of
from safeconduct.privileges.reading.given import given_by
from safeconduct.privileges.tree import enum_name, everything, kind, of_kinds, relation_name, strings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from safeconduct.privileges.catalog import Relation
    from safeconduct.privileges.reading.calls import Texts
    from safeconduct.privileges.server.objects import Objects
    from safeconduct.privileges.tree import Node


_CALLS = frozenset({"FuncCall"})
_CHANGES = frozenset({"InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"})


@dataclass(frozen=True)
class Named:
    """The last parts of the names, and the schemas that a name without one is looked for in.

    `all_columns` says that the text takes all columns of something without naming them: by `*`, or by INSERT without
    a list. When a column is added to the table, it will take that, too. `change` is the INSERT or UPDATE that the text
    is, where it holds no other, and `calls` those of functions: only where constants are what the server will get.
    """

    path: tuple[str, ...]
    functions: frozenset[str]
    operators: frozenset[str]
    types: frozenset[str]
    all_columns: bool = False
    change: Node | None = None
    calls: tuple[Node, ...] = ()

    def texts_given(self, function: str) -> Texts:
        """The constants that a function of this name is given by its only call in the text."""
        calls = [call for call in self.calls if strings(call.funcname)[-1] == function]
        return texts_of(calls[0]) if len(calls) == 1 else ()

    def may_change(self, relation: Relation) -> bool:
        """Whether this may be the relation that the change names."""
        name = relation_name(self.change.relation) if self.change else None
        return name is not None and name.name == relation.name and name.schema in ("", relation.schema)

    def given_to(self, relation: Relation) -> dict[Privilege, dict[str, str | None]]:
        """The constants that the change gives to the relation's columns."""
        return given_by(self.change, relation)

    def schema_needs(self, objects: Objects) -> Iterator[Need]:
        """USAGE on the schemas in which these names were found."""
        found: dict[str, str] = {}
        for schema, name, what in (*self._called(objects), *self._typed(objects)):
            if schema in self.path and schema != "pg_catalog":
                found.setdefault(schema, f"the {what} {quote_identifier(name) if name.isidentifier() else name} is")
        for schema, what in sorted(found.items()):
            yield Need((Grant(ObjectKind.SCHEMA, "", schema, Privilege.USAGE),), f"{what} in it")

    def _called(self, objects: Objects) -> Iterator[tuple[str, str, str]]:
        for function in objects.functions:
            if function.operator and function.operator[1] in self.operators:
                yield (*function.operator, "operator")
            elif not function.operator and not function.via and function.name in self.functions:
                yield function.schema, function.name, "function"

    def _typed(self, objects: Objects) -> Iterator[tuple[str, str, str]]:
        return ((schema, name, "type") for schema, name in objects.types if name in self.types)


def named_in(node: Node, path: tuple[str, ...], is_literal: bool = False) -> Named:
    """The names in a statement's syntax tree that have one part only; what it gives to columns if that `is_literal`."""
    found: dict[str, set[str]] = {"FuncCall": set(), "A_Expr": set(), "TypeName": set()}
    fields = {"FuncCall": "funcname", "A_Expr": "name", "TypeName": "names"}
    for part in everything(node):
        what = kind(part)
        if what in found and len(names := strings(getattr(part, fields[what]))) == 1:
            found[what].add(names[0])
    functions, operators, types = (frozenset(found[what]) for what in ("FuncCall", "A_Expr", "TypeName"))
    all_columns = any(map(_takes_all, everything(node)))
    if not is_literal:
        return Named(path, functions, operators, types, all_columns)
    return Named(path, functions, operators, types, all_columns, _change(node), tuple(of_kinds(node, _CALLS)))


def _change(node: Node) -> Node | None:
    changes = of_kinds(node, _CHANGES)
    return node if len(changes) == 1 and changes[0] is node and kind(node) in ("InsertStmt", "UpdateStmt") else None


def _takes_all(node: Node) -> bool:
    what = kind(node)
    if what == "InsertStmt":
        return not node.cols
    if what == "MergeWhenClause":
        return not node.target_list and enum_name(node, "command_type") == "CMD_INSERT"
    return what == "A_Star"
