"""Operators on values, as far as they can be told."""

from __future__ import annotations

import ast
import operator
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from safeconduct.airflow.dags.budget import LONGEST_TEXT
from safeconduct.airflow.dags.found import WHEN_IT_RUNS
from safeconduct.airflow.dags.holes import has_holes
from safeconduct.airflow.dags.samples import SAMPLES
from safeconduct.airflow.dags.values import MISSING, Either, Handle, Unknown, either

if TYPE_CHECKING:
    from collections.abc import Callable

    from safeconduct.airflow.dags.machine import Machine

_ARITHMETIC: dict[type[ast.operator], Callable[..., object]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}


def contains_unknown(value: object, depth: int = 0) -> bool:
    """Whether a part of the value is unknown."""
    if isinstance(value, str):
        return has_holes(value)
    if isinstance(value, (list, tuple)):
        return depth > 8 or any(contains_unknown(one, depth + 1) for one in value)
    if isinstance(value, dict):
        return depth > 8 or any(contains_unknown(one, depth + 1) for one in value.values())
    return not isinstance(value, (int, float, type(None), PurePosixPath))


def truth(value: object) -> bool | None:
    """Whether Python takes the value for true; None where it may be either."""
    if isinstance(value, str):
        return None if value and has_holes(value) else bool(value)
    if isinstance(value, (int, float, type(None), list, tuple, dict)):
        return bool(value)
    if isinstance(value, (Unknown, Either)) or value is MISSING:
        return None
    return True if isinstance(value, (Handle, PurePosixPath)) else None


def compare(sign: ast.cmpop, left: object, right: object) -> bool | None:
    """The comparison; None where it cannot be told."""
    if isinstance(sign, (ast.Is, ast.IsNot)):
        same = _is_same(left, right)
        return None if same is None else same is isinstance(sign, ast.Is)
    if contains_unknown(left) or contains_unknown(right):
        return None
    signs: dict[type[ast.cmpop], Callable[..., object]] = {
        ast.Eq: operator.eq,
        ast.NotEq: operator.ne,
        ast.Lt: operator.lt,
        ast.LtE: operator.le,
        ast.Gt: operator.gt,
        ast.GtE: operator.ge,
        ast.In: lambda one, other: one in other,
        ast.NotIn: lambda one, other: one not in other,
    }
    try:
        return bool(signs[type(sign)](left, right))
    except TypeError:
        return None


def _is_same(left: object, right: object) -> bool | None:
    if isinstance(left, (Unknown, Either)) or isinstance(right, (Unknown, Either)):
        return None
    if left is None or right is None or isinstance(left, bool) or isinstance(right, bool):
        return None if isinstance(left, str) and has_holes(left) else left is right
    return None


def binary(machine: Machine, node: ast.BinOp, left: object, right: object) -> object:
    """The value of a binary operator."""
    if isinstance(left, str) and isinstance(node.op, ast.Mod):
        return percent(machine, node, left, right)
    if isinstance(node.op, ast.Add) and (isinstance(left, str) or isinstance(right, str)):
        return _concatenated(machine, node, left, right)
    if isinstance(node.op, ast.Div) and isinstance(left, PurePosixPath):
        return left / machine.text(right)
    if isinstance(node.op, ast.BitOr) and isinstance(left, dict) and isinstance(right, dict):
        return {**left, **right}
    return _arithmetic(node, left, right)


def _concatenated(machine: Machine, node: ast.BinOp, left: object, right: object) -> object:
    for value in (left, right):
        if not isinstance(value, (str, Unknown)):
            return Unknown(node, "it adds a text to something that is no text")
    text = machine.text(left) + machine.text(right)
    return text if len(text) <= LONGEST_TEXT else Unknown(node, "the text is longer than 1 MiB")


def _arithmetic(node: ast.BinOp, left: object, right: object) -> object:
    compute = _ARITHMETIC.get(type(node.op))
    if compute is None or not _is_small(left, right):
        conn_ids = [one.conn_id for one in (left, right) if isinstance(one, Unknown) and one.conn_id]
        return Unknown(node, WHEN_IT_RUNS, conn_ids[0] if conn_ids else None)
    try:
        return compute(left, right)
    except (TypeError, ArithmeticError, ValueError):
        return Unknown(node, "it cannot be computed")


def _is_small(left: object, right: object) -> bool:
    """Whether the result is of a size that need not be feared."""
    size = 1
    for value in (left, right):
        if isinstance(value, (str, list, tuple)):
            size *= len(value) + 1
        elif isinstance(value, (int, float)):
            size *= int(min(abs(value), 1 << 40)) + 1 if abs(value) < 1 << 40 else 1 << 40
        else:
            return False
    both = all(isinstance(value, (int, float)) for value in (left, right))
    return size <= (1 << 80 if both else LONGEST_TEXT)


def percent(machine: Machine, node: ast.AST, text: str, right: object) -> object:
    """`text % right`."""
    if isinstance(right, Unknown):
        right = (right,)
    if isinstance(right, dict):
        given: object = {key: _shown(machine, value) for key, value in right.items()}
    else:
        given = tuple(_shown(machine, value) for value in (right if isinstance(right, tuple) else (right,)))
    return _formatted(node, lambda: text % given, text)


def _shown(machine: Machine, value: object) -> object:
    return value if isinstance(value, (int, float)) else machine.text(value)


def formatted(machine: Machine, node: ast.AST, text: str, positional: list[object], named: dict[str, object]) -> object:
    """`text.format(...)`."""
    if "{" in text and any(sign in text for sign in ("{0.", "{0[")):
        return Unknown(node, "the format reaches into its arguments")
    first = [_shown(machine, value) for value in positional]
    second = {name: _shown(machine, value) for name, value in named.items()}
    return _formatted(node, lambda: text.format(*first, **second), text)


# A width that is large, or that is itself computed, could ask for any length.
_WIDE = re.compile(r"%(?:\([^)]*\))?[-+ #0]*(?:\*|\d{4,}|\d*\.(?:\*|\d{4,}))|\{[^{}]*(?:\{|:[^{}]*\d{4,})")


def _formatted(node: ast.AST, compute: Callable[[], str], text: str) -> object:
    return Unknown(node, "the format asks for a width that is too large") if _WIDE.search(text) else _try(node, compute)


def _try(node: ast.AST, compute: Callable[[], str]) -> object:
    try:
        text = compute()
    except (TypeError, ValueError, KeyError, IndexError, AttributeError, OverflowError, MemoryError):
        return Unknown(node, "its format does not fit what it is given")
    return text if len(text) <= LONGEST_TEXT else Unknown(node, "the text is longer than 1 MiB")


def subscript(value: object, key: object, node: ast.AST) -> object:
    """`value[key]`."""
    if isinstance(value, Unknown):
        return Unknown(node, value.why, value.conn_id)
    if isinstance(value, dict):
        return _item(value, key, node)
    if isinstance(value, (list, tuple, str)) and isinstance(key, int):
        if isinstance(value, str) and has_holes(value):
            return Unknown(node, WHEN_IT_RUNS)
        return value[key] if -len(value) <= key < len(value) else Unknown(node, "there is no such element")
    if isinstance(value, (list, tuple)) and 0 < len(value) <= 8:
        return either(list(value))
    return Unknown(node, WHEN_IT_RUNS)


def _no_key(key: object, node: ast.AST) -> Unknown:
    """Mostly the context of a run, which a function gets as `**context`."""
    sample = SAMPLES.get(key, "") if isinstance(key, str) else ""
    return Unknown(node, "the source gives no value under this key", sample=sample)


def _item(value: dict[object, object], key: object, node: ast.AST) -> object:
    if isinstance(key, (str, int, float, tuple)) and not contains_unknown(key):
        return value[key] if key in value else _no_key(key, node)
    # Any of the values that are written down: which one is decided when the DAG runs.
    return either(list(value.values())) if 0 < len(value) <= 8 else Unknown(node, WHEN_IT_RUNS)
