"""The constants that INSERT and UPDATE put into columns, by their syntax."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.model import Privilege
from safeconduct.privileges.tree import kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from safeconduct.privileges.catalog import Relation
    from safeconduct.privileges.tree import Node

_FIELDS = {"sval": "sval", "ival": "ival", "fval": "fval"}


def given_by(node: Node, relation: Relation) -> dict[Privilege, dict[str, str | None]]:
    """What an INSERT or UPDATE of the relation gives to columns in every row, by what it does; None is NULL."""
    what = kind(node)
    if what == "UpdateStmt":
        return {Privilege.UPDATE: _set(node.target_list)}
    if what != "InsertStmt":
        return {}
    found = {Privilege.INSERT: _inserted(node, relation)}
    if node.HasField("on_conflict_clause"):
        found[Privilege.UPDATE] = _set(node.on_conflict_clause.target_list)
    return found


def _inserted(node: Node, relation: Relation) -> dict[str, str | None]:
    select = node.select_stmt if node.HasField("select_stmt") else None
    rows = [list(row.list.items) for row in select.values_lists] if select is not None else []
    targets = [item.res_target for item in node.cols]
    columns = [item.name for item in targets] or relation.columns
    found: dict[str, str | None] = {}
    for place, column in enumerate(columns):
        values = [_constant(row[place]) if place < len(row) else () for row in rows]
        is_whole = not (targets and len(targets[place].indirection))
        if is_whole and values and values[0] and all(value == values[0] for value in values):
            found[column] = values[0][0]
    return found


def _set(targets: Iterable[Node]) -> dict[str, str | None]:
    return dict(_pairs(item.res_target for item in targets))


def _pairs(targets: Iterable[Node]) -> Iterator[tuple[str, str | None]]:
    for target in targets:
        value = () if len(target.indirection) else _constant(target.val)
        yield from ((target.name, text) for text in value)


def _constant(node: Node) -> tuple[str | None, ...]:
    """The one constant that it is; nothing where it is none."""
    if kind(node) != "A_Const":
        return ()
    if node.isnull:
        return (None,)
    which = node.WhichOneof("val")
    return (str(getattr(getattr(node, which), _FIELDS[which])),) if which in _FIELDS else ()
