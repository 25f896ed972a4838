"""Small helpers over syntax trees."""

from __future__ import annotations

from typing import Any, TypeAlias

from safeconduct.privileges.names import RelationName

Node: TypeAlias = Any
"""A SyntaxNode, whose fields depend on its kind, which is only known at run time."""


def kind(node: Node) -> str:
    """The name of PostgreSQL's struct: SelectStmt, ColumnRef, ..."""
    struct: str = node.STRUCT
    return struct


def children(node: Node) -> tuple[Node, ...]:
    """Every node right below this one."""
    found: tuple[Node, ...] = node.BELOW
    return found


def everything(node: Node) -> list[Node]:
    """This node and all below it, those above before those below."""
    found, waiting = [], [node]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting.extend(reversed(one.BELOW))
    return found


def of_kinds(node: Node, kinds: frozenset[str]) -> list[Node]:
    """Those of these kinds among this node and all below it, kind by kind."""
    index = vars(node).get("INDEX")
    if index is None:
        return [found for found in everything(node) if found.STRUCT in kinds]
    found = [node] if node.STRUCT in kinds else []
    for one in sorted(kinds & index.keys()) if len(kinds) > 1 else kinds:
        found += index.get(one, ())
    return found


def strings(nodes: Node) -> tuple[str, ...]:
    """The texts of String nodes, such as the parts of a name."""
    if len(nodes) == 1:  # as most names are; this is called for each of them
        return (nodes[0].sval,) if nodes[0].STRUCT == "String" else ()
    return tuple([node.sval for node in nodes if node.STRUCT == "String"])


def relation_name(range_var: Node) -> RelationName:
    """The name as it stands in the statement."""
    return RelationName(range_var.schemaname, range_var.relname, range_var.catalogname)


def text_constant(node: Node) -> str | None:
    """The text of a string literal, also of one that is cast to regclass or text."""
    if kind(node) == "TypeCast":
        return text_constant(node.arg)
    if kind(node) == "A_Const" and node.WhichOneof("val") == "sval":
        return str(node.sval.sval)
    return None


def output_name(target: Node) -> str:
    """What PostgreSQL calls a column of a SELECT list: its alias, else the column's or function's name."""
    return target.name or _expression_name(target.val)


def _expression_name(node: Node) -> str:
    what = kind(node)
    if what == "ColumnRef":
        return (strings(node.fields) or ("?column?",))[-1]
    if what == "FuncCall":
        return strings(node.funcname)[-1]
    if what == "TypeCast":
        name = _expression_name(node.arg)
        return name if name != "?column?" else strings(node.type_name.names)[-1]
    if what == "SubLink":
        return _sublink_name(node)
    return {"CaseExpr": "case", "CoalesceExpr": "coalesce", "RowExpr": "row", "A_ArrayExpr": "array"}.get(
        what, "?column?"
    )


def enum_name(node: Node, field: str) -> str:
    """The name of an enum field's value, such as CMD_INSERT."""
    return str(getattr(node, field))


def _sublink_name(node: Node) -> str:
    select = node.subselect
    link = enum_name(node, "sub_link_type")
    if link == "EXPR_SUBLINK" and kind(select) == "SelectStmt" and select.target_list:
        return output_name(select.target_list[0].res_target)
    return {"EXISTS_SUBLINK": "exists", "ARRAY_SUBLINK": "array"}.get(link, "?column?")
