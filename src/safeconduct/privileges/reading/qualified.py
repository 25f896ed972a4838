"""Names beside those of relations: types, functions, operators and collations, which need USAGE on their schema, too.

PostgreSQL looks each schema up that is named (LookupExplicitNamespace), and refuses there whatever the name means.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from safeconduct.model import quote_identifier
from safeconduct.privileges.names import Cursor, RelationName, WrongText, parse_name
from safeconduct.privileges.tree import kind, of_kinds, strings, text_constant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from safeconduct.privileges.tree import Node

_FIELDS = {
    "TypeName": ("names", "type"),
    "FuncCall": ("funcname", "function"),
    "CollateClause": ("collname", "collation"),
    "A_Expr": ("name", "operator"),
    "SubLink": ("oper_name", "operator"),
    "SortBy": ("use_op", "operator"),
}
_QUALIFIED = frozenset({*_FIELDS, "TypeCast"})
_HOLDING_TEXTS = frozenset({"TypeCast", "FuncCall"})
_TEXTS = {
    "regtype": "type",
    "regproc": "function",
    "regprocedure": "function",
    "regcollation": "collation",
    "regconfig": "text search configuration",
    "regdictionary": "text search dictionary",
}
_TAKE_REGCLASS = frozenset(
    """pg_relation_size pg_table_size pg_indexes_size pg_total_relation_size pg_relation_filenode pg_relation_filepath
    pg_sequence_last_value""".split()
)
_TAKE_TEXT = frozenset({"pg_get_viewdef", "pg_get_serial_sequence", "row_security_active"})
_NAME_RELATIONS = _TAKE_REGCLASS | _TAKE_TEXT
"""Functions whose first argument names a relation."""


@dataclass(frozen=True)
class Qualified:
    """Something that is named with its schema; `what` is its kind and name, such as `the type sales.mood`.

    `in_text` says that it stands in a constant, as in 'sales.mood'::regtype.
    """

    schema: str
    what: str
    in_text: bool = False


def qualified_in(node: Node) -> Iterator[Qualified]:
    """What the statement names with a schema, but for relations and for what is in pg_catalog."""
    for found in of_kinds(node, _QUALIFIED):
        in_text = kind(found) == "TypeCast"
        noun, parts = _in_cast(found) if in_text else _named(found)
        if len(parts) > 1 and parts[-2] != "pg_catalog":
            yield Qualified(parts[-2], f"the {noun} {_written(noun, parts)}", in_text)


def relations_in_texts(node: Node) -> Iterator[tuple[RelationName, bool]]:
    """The relations that the statement names in constants: 'sales.orders'::regclass, pg_relation_size('orders').

    Each comes with whether it is read as a regclass, else as text.
    """
    for found in of_kinds(node, _HOLDING_TEXTS):
        as_regclass = True
        what = kind(found)
        is_cast = what == "TypeCast" and strings(found.type_name.names)[-1:] == ("regclass",)
        if is_cast:
            name = name_in_text(text_constant(found.arg))
        elif what == "FuncCall" and found.args and strings(found.funcname)[-1] in _NAME_RELATIONS:
            name = name_in_text(text_constant(found.args[0]))
            as_regclass = strings(found.funcname)[-1] in _TAKE_REGCLASS
        else:
            continue
        if name:
            yield name, as_regclass


def name_in_text(argument: str | None) -> RelationName | None:
    """The name in the text argument of nextval, regclass and their like; None where it is no constant or no name."""
    if argument is None:
        return None
    cursor = Cursor(argument)
    try:
        name = parse_name(cursor)
    except WrongText:
        return None
    return name if cursor.at_end() else None


def _named(node: Node) -> tuple[str, tuple[str, ...]]:
    what = kind(node)
    field, noun = _FIELDS[what]
    return noun, () if what == "TypeName" and node.pct_type else strings(getattr(node, field))


def _in_cast(node: Node) -> tuple[str, tuple[str, ...]]:
    """'sales.mood'::regtype names a type as well."""
    noun = _TEXTS.get((strings(node.type_name.names) or ("",))[-1], "")
    text = text_constant(node.arg) if noun else None
    if text is None:
        return noun, ()
    cursor = Cursor(text)
    try:
        parts = [cursor.identifier()]
        while cursor.take("."):
            parts.append(cursor.identifier())
    except WrongText:
        return noun, ()
    return noun, tuple(parts)


def _written(noun: str, parts: tuple[str, ...]) -> str:
    *schema, name = parts
    bare = name if noun == "operator" else quote_identifier(name)
    return ".".join([*map(quote_identifier, schema), bare])
