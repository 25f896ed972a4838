"""What a condition of PL/pgSQL may turn out to be: true, false or NULL (None), and all three where nothing is known."""

from __future__ import annotations

from functools import reduce
from operator import ge, gt, le, lt
from typing import TYPE_CHECKING

from safeconduct.privileges.fired import PADDED, Value
from safeconduct.privileges.reading.constants import column_of, text_of
from safeconduct.privileges.tree import enum_name, kind, strings

if TYPE_CHECKING:
    from safeconduct.privileges.reading.known import Known
    from safeconduct.privileges.tree import Node

Outcomes = frozenset[bool | None]
ANY: Outcomes = frozenset({True, False, None})
_ORDERS = {"<": lt, "<=": le, ">": gt, ">=": ge}
_EITHER: Outcomes = frozenset({True, False})


def outcomes(node: Node, known: Known) -> Outcomes:
    """What the condition may be worth."""
    what = kind(node)
    if what == "BoolExpr":
        return _joined(enum_name(node, "boolop"), [outcomes(item, known) for item in node.args])
    if what == "A_Const":
        return _constant(node)
    if what == "NullTest":
        return _null_test(node, known)
    return _compared(node, known) if what == "A_Expr" else ANY


def _joined(operator: str, sides: list[Outcomes]) -> Outcomes:
    """NOT, AND and OR of three-valued logic."""
    if operator == "NOT_EXPR":
        return _not(sides[0])
    decisive = operator == "OR_EXPR"
    return reduce(lambda left, right: frozenset(_both(decisive, one, two) for one in left for two in right), sides)


def _both(decisive: bool, one: bool | None, two: bool | None) -> bool | None:
    if decisive in (one, two):
        return decisive
    return None if None in (one, two) else not decisive


def _not(some: Outcomes) -> Outcomes:
    return frozenset(None if one is None else not one for one in some)


def _constant(node: Node) -> Outcomes:
    if node.isnull:
        return frozenset({None})
    return frozenset({bool(node.boolval.boolval)}) if node.WhichOneof("val") == "boolval" else ANY


def _null_test(node: Node, known: Known) -> Outcomes:
    value = _value(node.arg, known)
    if value is None:
        return _EITHER
    return frozenset({(value.text is None) == (enum_name(node, "nulltesttype") == "IS_NULL")})


def _compared(node: Node, known: Known) -> Outcomes:
    """`=`, `<>`, IN, `<` and its like, and IS [NOT] DISTINCT FROM, for which NULL is a value like others."""
    how, operator = enum_name(node, "kind"), strings(node.name)
    if how in ("AEXPR_DISTINCT", "AEXPR_NOT_DISTINCT"):
        same = _same(node.lexpr, node.rexpr, known)
        return _not(same) if how == "AEXPR_DISTINCT" else same
    right = node.rexpr
    if how == "AEXPR_BETWEEN":
        limits = zip((">=", "<="), right.items, strict=True)
        return _joined("AND_EXPR", [_ordered(sign, node.lexpr, limit, known) for sign, limit in limits])
    if how == "AEXPR_OP" and len(operator) == 1 and operator[0] in _ORDERS:
        return _ordered(operator[0], node.lexpr, right, known)
    if how not in ("AEXPR_OP", "AEXPR_IN") or operator not in (("=",), ("<>",)):
        return ANY
    others = right.items if kind(right) == "List" else [right]
    equal = _joined("OR_EXPR", [_equal(node.lexpr, other, known) for other in others])
    return equal if operator == ("=",) else _not(equal)


def _ordered(sign: str, left: Node, right: Node, known: Known) -> Outcomes:
    """`<` and its like, of dates and integers: what order texts have is their collation's."""
    one, two = _value(left, known), _value(right, known)
    if any(value is not None and value.text is None for value in (one, two)):
        return frozenset({None})
    places = _places(one, two)
    return ANY if places is None else frozenset({_ORDERS[sign](*places)})


def _places(one: Value | None, two: Value | None) -> tuple[int, int] | None:
    """The places of two values in the order that a column gives them; a constant beside it is taken for its kind."""
    if one is None or two is None or not (order := one.order or two.order):
        return None
    places = one.place(order), two.place(order)
    return None if places[0] is None or places[1] is None else (places[0], places[1])


def _equal(left: Node, right: Node, known: Known) -> Outcomes:
    if _is_kept(left, right, known):
        return frozenset({True, None})
    one, two = _value(left, known), _value(right, known)
    if any(value is not None and value.text is None for value in (one, two)):
        return frozenset({None})
    return _alike(one, two) or ANY


def _same(left: Node, right: Node, known: Known) -> Outcomes:
    """IS NOT DISTINCT FROM."""
    if _is_kept(left, right, known):
        return frozenset({True})
    one, two = _value(left, known), _value(right, known)
    if one is None or two is None:
        return _EITHER
    if None in (one.text, two.text):
        return frozenset({one.text == two.text})
    return _alike(one, two) or _EITHER


def _alike(one: Value | None, two: Value | None) -> Outcomes | None:
    """Whether two values that are no NULL are equal; None where that cannot be told."""
    if one is None or two is None or not one.of or not two.of:
        return None
    if one.order or two.order:
        places = _places(one, two)
        return None if places is None else frozenset({places[0] == places[1]})
    left, right = str(one.text), str(two.text)
    if PADDED in (one.of, two.of):
        left, right = left.rstrip(" "), right.rstrip(" ")
    return frozenset({left == right})


def _is_kept(left: Node, right: Node, known: Known) -> bool:
    """Whether one is a column of NEW and the other the same of OLD, which the statement leaves as it was."""
    one, two = column_of(left), column_of(right)
    return {one[0], two[0]} == {"new", "old"} and one[1] == two[1] and one[1] in known.row.kept


def _value(node: Node, known: Known) -> Value | None:
    """The value of a constant, a variable or a column of NEW; None where it is not known."""
    row, column = column_of(node)
    if row == "new":
        return known.row.of(column)
    if kind(node) == "A_Const" and node.isnull:
        return Value(None)
    text = text_of(node, known)
    return None if text is None else Value(text, "text")
