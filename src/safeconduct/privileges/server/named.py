"""What a statement's own text names without a schema: to be found, it needs USAGE on the schema it is found in.

Relations are left to the reader of names; here are functions, operators and types. What stands in a view or a default
was found when that was made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from safeconduct.model import Grant, ObjectKind, Privilege, quote_identifier
from safeconduct.model.ledger import Need
from safeconduct.privileges.tree import enum_name, everything, kind, strings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from safeconduct.privileges.server.objects import Objects
    from safeconduct.privileges.tree import Node


@dataclass(frozen=True)
class Named:
    """The last parts of the names, and the schemas that a name without one is looked for in.

    `all_columns` says that the text takes all columns of something without naming them: by `*`, or by INSERT without
    a list. When a column is added to the table, it will take that, too.
    """

    path: tuple[str, ...]
    functions: frozenset[str]
    operators: frozenset[str]
    types: frozenset[str]
    all_columns: bool = False

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


def named_in(node: Node, path: tuple[str, ...]) -> Named:
    """The names in a statement's syntax tree that have one part only."""
    found: dict[str, set[str]] = {"FuncCall": set(), "A_Expr": set(), "TypeName": set()}
    fields = {"FuncCall": "funcname", "A_Expr": "name", "TypeName": "names"}
    for part in everything(node):
        what = kind(part)
        if what in found and len(names := strings(getattr(part, fields[what]))) == 1:
            found[what].add(names[0])
    functions, operators, types = (frozenset(found[what]) for what in ("FuncCall", "A_Expr", "TypeName"))
    return Named(path, functions, operators, types, any(map(_takes_all, everything(node))))


def _takes_all(node: Node) -> bool:
    what = kind(node)
    if what == "InsertStmt":
        return not node.cols
    if what == "MergeWhenClause":
        return not node.target_list and enum_name(node, "command_type") == "CMD_INSERT"
    return what == "A_Star"
