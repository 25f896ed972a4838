"""Small helpers over postgast's syntax tree, which is made of protobuf messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from safeconduct.privileges.names import RelationName

if TYPE_CHECKING:
    from collections.abc import Iterator

Node: TypeAlias = Any
"""A message of pg_query_pb2, whose class is only known at run time."""


def unwrap(node: Node) -> Node:
    """The message inside libpg_query's `Node`, which stands wherever any kind of node may."""
    if kind(node) != "Node":
        return node
    which = node.WhichOneof("node")
    return getattr(node, which) if which else node


def kind(node: Node) -> str:
    """The name of PostgreSQL's struct: SelectStmt, ColumnRef, ..."""
    return str(node.DESCRIPTOR.name)


def children(node: Node) -> Iterator[Node]:
    """Every message right below this one."""
    for described, value in node.ListFields():
        if described.message_type is None:
            continue
        if hasattr(value, "ListFields"):
            yield unwrap(value)
        else:
            yield from (unwrap(item) for item in value)


def everything(node: Node) -> Iterator[Node]:
    """This message and all below it."""
    node = unwrap(node)
    yield node
    for child in children(node):
        yield from everything(child)


def strings(nodes: Node) -> tuple[str, ...]:
    """The texts of String nodes, such as the parts of a name."""
    return tuple(node.string.sval for node in nodes if node.HasField("string"))


def relation_name(range_var: Node) -> RelationName:
    """The name as it stands in the statement."""
    return RelationName(range_var.schemaname, range_var.relname, range_var.catalogname)


def text_constant(node: Node) -> str | None:
    """The text of a string literal, also of one that is cast to regclass or text."""
    node = unwrap(node)
    if kind(node) == "TypeCast":
        return text_constant(node.arg)
    if kind(node) == "A_Const" and node.WhichOneof("val") == "sval":
        return str(node.sval.sval)
    return None


def output_name(target: Node) -> str:
    """What PostgreSQL calls a column of a SELECT list: its alias, else the column's or function's name."""
    return target.name or _expression_name(unwrap(target.val))


def _expression_name(node: Node) -> str:
    what = kind(node)
    if what == "ColumnRef":
        return (strings(node.fields) or ("?column?",))[-1]
    if what == "FuncCall":
        return strings(node.funcname)[-1]
    if what == "TypeCast":
        name = _expression_name(unwrap(node.arg))
        return name if name != "?column?" else strings(node.type_name.names)[-1]
    if what == "SubLink":
        return _sublink_name(node)
    return {"CaseExpr": "case", "CoalesceExpr": "coalesce", "RowExpr": "row", "A_ArrayExpr": "array"}.get(
        what, "?column?"
    )


def enum_name(node: Node, field: str) -> str:
    """The name of an enum field's value, such as CMD_INSERT."""
    values = node.DESCRIPTOR.fields_by_name[field].enum_type.values_by_number
    return str(values[getattr(node, field)].name)


def _sublink_name(node: Node) -> str:
    select = unwrap(node.subselect)
    link = enum_name(node, "sub_link_type")
    if link == "EXPR_SUBLINK" and kind(select) == "SelectStmt" and select.target_list:
        return output_name(select.target_list[0].res_target)
    return {"EXISTS_SUBLINK": "exists", "ARRAY_SUBLINK": "array"}.get(link, "?column?")
