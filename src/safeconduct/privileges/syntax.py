"""Syntax trees of SQL as light Python objects, made in one pass of what libpg_query writes.

libpg_query gives its tree as protobuf or as JSON, in the same shape. Reading a protobuf message field by field takes
several times longer in Python than parsing, so the JSON is read here, and the kinds and fields of its objects are taken
from the protobuf description. An object answers like the message that it stands for; libpg_query's `Node`, which
stands wherever any kind of node may, is left out: what it holds stands there itself.
"""

from __future__ import annotations

import json
from collections import defaultdict
from functools import cache
from importlib import import_module
from typing import Any, ClassVar, TypeAlias

_DEEPEST = 100
"""Messages within messages that protobuf takes, and so the deepest tree that is read: readers go down by recursion."""


Kinds: TypeAlias = "dict[str, type[SyntaxNode]]"
Index: TypeAlias = "dict[str, list[SyntaxNode]]"


class TooDeep(ValueError):
    """The statement is nested deeper than its tree is read."""


class SyntaxNode:
    """A node of one kind; its fields are attributes, and those that are absent have protobuf's defaults.

    `STRUCT` is the name of PostgreSQL's struct, `OWN` the name that libpg_query's `Node` has for this kind. `BELOW` has
    the nodes right below in the order of the fields, `INDEX` at the top of a statement all below by their kinds.
    `NOTHING` stands for a field of this kind that is absent.
    """

    STRUCT: ClassVar[str] = ""
    OWN: ClassVar[str] = ""
    NESTED: ClassVar[dict[str, tuple[str, type[SyntaxNode] | None]]] = {}
    ABSENT: ClassVar[dict[str, type[SyntaxNode]]] = {}
    NOTHING: ClassVar[SyntaxNode]
    BELOW: tuple[SyntaxNode, ...] = ()
    INDEX: Index

    def __getattr__(self, name: str) -> Any:
        if name == self.OWN:
            return self
        inner = self.ABSENT.get(name) or _description().wrapped.get(name)
        if inner is None:
            raise AttributeError(f"{self.STRUCT} has no field {name}")
        return inner.NOTHING

    def HasField(self, name: str) -> bool:  # noqa: N802 - as protobuf's messages have it
        """Whether the field is there, or this node is what a `Node` has under that name."""
        return name in self.__dict__ or name == self.OWN

    def WhichOneof(self, group: str) -> str | None:  # noqa: N802 - as protobuf's messages have it
        """The name of what is there: a constant's value (`val`), or the kind of this node (`node`)."""
        if group == "node":
            return self.OWN or None
        return next((name for name in self.__dict__ if name in _VALUES), None)


_VALUES = frozenset({"ival", "fval", "boolval", "sval", "bsval"})
"""The fields of A_Const, of which one is there."""


class _Description:
    """The kinds of nodes: by their names, by those in `Node` as JSON has them, and by those as messages have them."""

    def __init__(self) -> None:
        described = dict(import_module("postgast").pg_query_pb2.DESCRIPTOR.message_types_by_name)
        del described["SummaryResult"]  # no part of a tree
        inside = {field.message_type.name: field for field in described["Node"].fields}
        self.kinds: dict[str, type[SyntaxNode]] = {
            name: type(name, (SyntaxNode,), {"STRUCT": name, "OWN": _own(inside.get(name))}) for name in described
        }
        for name, message in described.items():
            self._describe(self.kinds[name], message)
        self.in_json = {field.json_name: self.kinds[name] for name, field in inside.items()}
        self.wrapped = {field.name: self.kinds[name] for name, field in inside.items()}

    def _describe(self, kind: type[SyntaxNode], message: Any) -> None:
        """`NESTED` has what JSON calls otherwise, and the fields that hold nodes; no kind of their own means any."""
        kind.NESTED, kind.ABSENT, kind.NOTHING = {}, {}, kind()
        for field in message.fields:
            inner = self.kinds[field.message_type.name] if field.message_type else None
            if inner is not None or field.json_name != field.name:
                kind.NESTED[field.json_name] = field.name, inner
            if _is_repeated(field):
                setattr(kind, field.name, ())
            elif inner is not None:
                kind.ABSENT[field.name] = inner
            else:
                enum = field.enum_type
                setattr(kind, field.name, enum.values_by_number[0].name if enum else field.default_value)


def _own(field: Any) -> str:
    return "" if field is None else str(field.name)


def _is_repeated(field: Any) -> bool:
    # protobuf 6.31 brought the one, and warns of the other.
    return bool(field.is_repeated) if hasattr(field, "is_repeated") else field.label == field.LABEL_REPEATED


@cache
def _description() -> _Description:
    return _Description()


def parse(sql: str) -> tuple[SyntaxNode, ...]:
    """The RawStmt of each statement, by PostgreSQL 18's grammar.

    Raises postgast.PgQueryError for what cannot be parsed, and TooDeep.
    """
    description = _description()
    try:
        tree = json.loads(_parsed(sql))
    except RecursionError:
        raise TooDeep from None
    return tuple(_statement(found, description) for found in tree.get("stmts", ()))


def _parsed(sql: str) -> bytes:
    """The tree as JSON. postgast hands out the protobuf only; the library that it comes with has both."""
    native, errors = _library()
    result = native.lib.pg_query_parse(sql.encode())
    try:
        errors.check_error(result)
        return bytes(result.parse_tree)
    finally:
        native.lib.pg_query_free_parse_result(result)


@cache
def _library() -> tuple[Any, Any]:
    return import_module("postgast.native"), import_module("postgast.errors")


def _statement(found: dict[str, Any], description: _Description) -> SyntaxNode:
    index: Index = defaultdict(list)
    raw = _node(description.kinds["RawStmt"], found, 1, description.in_json, index)
    top = raw.BELOW[0] if raw.BELOW else raw
    # Without these two, the first of their kinds: a tree that holds itself stays in memory until it is searched for.
    for node in {raw, top}:
        index[node.STRUCT] = index[node.STRUCT][1:]
    top.INDEX = index
    return raw


def _node(  # noqa: C901 - a call more for each field takes a tenth of all the time
    kind: type[SyntaxNode], found: dict[str, Any], depth: int, any_kind: Kinds, index: Index
) -> SyntaxNode:
    """The node that this JSON object is, whose dictionary becomes the node's own.

    This runs for every node of every statement, so it is written for speed: a kind that has plain fields only, as many
    names and constants have, takes no call of its own.
    """
    node = kind()
    node.__dict__ = found
    index[kind.STRUCT].append(node)
    nested, below, renamed = kind.NESTED, [], []
    for key, value in found.items():
        if key not in nested:
            continue
        name, inner = nested[key]
        if name != key:
            renamed.append((key, name))
        if inner is None:
            continue
        is_any = inner.STRUCT == "Node"
        deeper = depth + 1 + is_any
        if deeper > _DEEPEST:
            raise TooDeep
        children = []
        for item in value if type(value) is list else (value,):
            actual, fields = inner, item
            if is_any:
                for word, fields in item.items():  # noqa: B007 - there is one, or none at all
                    actual = any_kind[word]
            if actual.NESTED:
                children.append(_node(actual, fields, deeper, any_kind, index))
                continue
            leaf = actual()
            leaf.__dict__ = fields
            index[actual.STRUCT].append(leaf)
            children.append(leaf)
        found[key] = children if type(value) is list else children[0]
        below += children
    for key, name in renamed:
        found[name] = found.pop(key)
    if below:
        node.BELOW = tuple(below)
    return node
