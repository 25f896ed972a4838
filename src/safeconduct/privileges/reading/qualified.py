"""Names beside those of relations: types, functions, operators and collations, which need USAGE on their schema, too.

PostgreSQL looks each schema up that is named (LookupExplicitNamespace), and refuses there whatever the name means.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from safeconduct.model import quote_identifier
from safeconduct.privileges.names import Cursor, RelationName, WrongText, parse_name
from safeconduct.privileges.reading.declared import OWN_TYPES
from safeconduct.privileges.reading.things import FUNCTION, TYPE
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
_KIND = {what: frozenset({what}) for what in _FIELDS}
_CASTS, _CALLS, _EXPRESSIONS = frozenset({"TypeCast"}), frozenset({"FuncCall"}), frozenset({"A_Expr"})
_KINDS = {"type": TYPE, "function": FUNCTION}
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
    pg_sequence_last_value pg_partition_tree pg_partition_root pg_partition_ancestors brin_summarize_new_values
    brin_summarize_range brin_desummarize_range pg_get_indexdef pg_get_partkeydef pg_sequence_parameters""".split()
)
_TAKE_TEXT = frozenset({"pg_get_viewdef", "pg_get_serial_sequence", "row_security_active"})
_NAME_RELATIONS = _TAKE_REGCLASS | _TAKE_TEXT
"""Functions whose first argument names a relation."""
_ASK_FOR_RELATION = {
    "has_table_privilege": -2,
    "has_sequence_privilege": -2,
    "has_any_column_privilege": -2,
    "has_column_privilege": -3,
}
_ASK_FOR_OTHERS = {"has_function_privilege": "function", "has_type_privilege": "type"}
"""What has_..._privilege asks about, by name or by number, and where among its arguments; the role may stand first."""


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
    for noun, parts, in_text in _names(node):
        if len(parts) > 1 and parts[-2] != "pg_catalog":
            yield Qualified(parts[-2], f"the {noun} {_written(noun, parts)}", in_text)


def unqualified_in(node: Node) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The types that values are cast to, and what is named in constants such as 'total(int)'::regprocedure.

    Only those without a schema, which must be found by search_path: their kinds and names.
    """
    for found in of_kinds(node, _CASTS):
        type_of_it = strings(found.type_name.names)
        if len(type_of_it) == 1 and type_of_it[0] not in OWN_TYPES:
            yield TYPE, type_of_it
        noun, parts = _in_cast(found)
        if len(parts) == 1 and noun in _KINDS and not (noun == "type" and parts[0] in OWN_TYPES):
            yield _KINDS[noun], parts


def _names(node: Node) -> Iterator[tuple[str, tuple[str, ...], bool]]:
    """The names below a node: what they are of, their parts, and whether they stand in a constant."""
    for cast in of_kinds(node, _CASTS):
        yield (*_in_cast(cast), True)
    for call in of_kinds(node, _CALLS):
        if asked := _asked_for(call):
            yield (*asked, True)
    for what, (field, noun) in _FIELDS.items():
        for found in of_kinds(node, _KIND[what]):
            words = getattr(found, field)
            if len(words) > 1 and not (what == "TypeName" and found.pct_type):
                yield noun, strings(words), False


def relations_in_texts(node: Node) -> Iterator[tuple[RelationName, bool]]:
    """The relations that the statement names in constants: 'sales.orders'::regclass, pg_relation_size('orders').

    Each comes with whether it is read as a regclass, else as text.
    """
    for texts, as_regclass in _naming_relations(node):
        for name in (name_in_text(text_constant(text)) for text in texts):
            if name:
                yield name, as_regclass


def _naming_relations(node: Node) -> Iterator[tuple[list[Node], bool]]:
    casts = [found for found in of_kinds(node, _CASTS) if _is_regclass(found)]
    yield from (([cast.arg], True) for cast in casts)
    for call in of_kinds(node, _CALLS):
        if call.args:
            yield _relation_of(call), strings(call.funcname)[-1] in _TAKE_REGCLASS
    for expression in of_kinds(node, _EXPRESSIONS) if casts else ():
        yield _compared_with_regclass(expression), True


def _is_regclass(node: Node) -> bool:
    return kind(node) == "TypeCast" and strings(node.type_name.names)[-1:] == ("regclass",)


def _relation_of(call: Node) -> list[Node]:
    """The argument that names a relation."""
    function = strings(call.funcname)[-1]
    if function in _NAME_RELATIONS:
        return [call.args[0]]
    place = _ASK_FOR_RELATION.get(function, 0)
    return [call.args[place]] if place and len(call.args) >= -place else []


def _compared_with_regclass(expression: Node) -> list[Node]:
    """The constants of `oid::regclass IN ('a', 'b')` and of other comparisons, which are read as regclass."""
    sides = [expression.lexpr, expression.rexpr]
    lists = [list(side.items) if kind(side) == "List" else [side] for side in sides]
    other = next((lists[1 - at] for at in (0, 1) if any(_is_regclass(item) for item in lists[at])), [])
    return [item for item in other if kind(item) == "A_Const"]


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


def _asked_for(node: Node) -> tuple[str, tuple[str, ...]] | None:
    """has_function_privilege('sales.total()', 'EXECUTE') names a function."""
    noun = _ASK_FOR_OTHERS.get(strings(node.funcname)[-1])
    if noun and len(node.args) > 1 and (parts := _parts_of(text_constant(node.args[-2]))):
        return noun, parts
    return None


def _in_cast(node: Node) -> tuple[str, tuple[str, ...]]:
    """'sales.mood'::regtype names a type as well."""
    noun = _TEXTS.get((strings(node.type_name.names) or ("",))[-1], "")
    return noun, _parts_of(text_constant(node.arg)) if noun else ()


def _parts_of(text: str | None) -> tuple[str, ...]:
    """The name that a text begins with; empty where it begins with none."""
    cursor = Cursor(text or "")
    try:
        parts = [cursor.identifier()]
        while cursor.take("."):
            parts.append(cursor.identifier())
    except WrongText:
        return ()
    return tuple(parts)


def _written(noun: str, parts: tuple[str, ...]) -> str:
    *schema, name = parts
    bare = name if noun == "operator" else quote_identifier(name)
    return ".".join([*map(quote_identifier, schema), bare])
