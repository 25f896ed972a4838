"""Jinja expressions, whose grammar is nearly Python's: parsed by Python, computed over what a run is told.

Names and their meaning: Airflow's reference of template variables, macros and filters.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from safeconduct.airflow.dags.holes import Hole
from safeconduct.airflow.dags.operations import binary, compare, contains_unknown, subscript, truth
from safeconduct.airflow.dags.samples import DAY, MOMENT, SAMPLES
from safeconduct.airflow.dags.strings import string_method
from safeconduct.airflow.dags.values import Unknown, either, source_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from safeconduct.airflow.dags.machine import Machine
    from safeconduct.airflow.dags.values import DagValue

_RUN = "it is decided when the DAG runs"
_CONSTANTS = {"true": True, "false": False, "none": None}
_DATE_FILTERS = {"ds": DAY, "ds_nodash": "20000101", "ts": MOMENT, "ts_nodash": "20000101T000000"}


@dataclass(eq=False, slots=True)
class JinjaContext:
    """What a template is rendered with: the DAG's own and what the task is given. Few texts ask it for anything."""

    dag: DagValue | None
    given: dict[str, object]

    @property
    def variables(self) -> dict[str, object]:
        """The names that the template knows."""
        dag, own = self.dag, self.given.get("params")
        params = dict(dag.params) if dag is not None else {}
        defaults = dag.default_args.get("params") if dag is not None else None
        for more in (defaults, own):
            params.update({k: v for k, v in more.items() if isinstance(k, str)} if isinstance(more, dict) else {})
        return {**(dag.macros if dag is not None else {}), "params": params}

    @property
    def places(self) -> tuple[str, ...]:
        """The folders in which templates are looked for."""
        return (self.dag.folder, *self.dag.searchpath) if self.dag is not None else ()


NO_CONTEXT = JinjaContext(None, {})


def jinja_value(machine: Machine, text: str, variables: dict[str, object]) -> object:
    """What the expression is worth."""
    machine.budget.spend()
    text = text.strip()
    tree = _parsed(text)
    if tree is None:
        return Unknown(text, "it is written in a way that is not followed")
    found = _Expression(machine, variables).value(tree)
    if isinstance(found, Unknown) and found.source is tree:
        return Unknown(_written(text), found.why, found.conn_id, found.sample)
    return found


@lru_cache(2048)
def _parsed(text: str) -> ast.expr | None:
    if len(text) > 2000:
        return None
    try:
        return ast.parse(text.replace("\n", " "), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


@lru_cache(2048)
def names_in(text: str) -> frozenset[str]:
    """The names that the expression has, any of which a template may set."""
    tree = _parsed(text.strip())
    return frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name)) if tree else frozenset()


@lru_cache(2048)
def _written(text: str) -> str:
    """The expression as findings tell it: templates say the same few again and again."""
    tree = _parsed(text)
    return text if tree is None else source_of(tree)


class _Expression:
    def __init__(self, machine: Machine, variables: dict[str, object]) -> None:
        self.machine, self.variables, self.depth = machine, variables, 0

    def value(self, node: ast.expr) -> object:
        self.machine.budget.spend()
        self.depth += 1
        if self.depth > 60:
            return Unknown("a deeply nested expression", "it nests too deeply to be followed")
        found = _TABLE.get(type(node), _Expression._unknown)(self, node)
        self.depth -= 1
        return found

    def _unknown(self, node: ast.expr) -> object:
        dotted = _dotted(node)
        return Unknown(node, _why(dotted), sample=SAMPLES.get(dotted, ""))

    def _constant(self, node: ast.Constant) -> object:
        return node.value if isinstance(node.value, (str, int, float, type(None))) else self._unknown(node)

    def _name(self, node: ast.Name) -> object:
        if node.id in self.variables:
            return self.variables[node.id]
        return _CONSTANTS[node.id] if node.id in _CONSTANTS else self._unknown(node)

    def _attribute(self, node: ast.Attribute) -> object:
        owner = self.value(node.value)
        if isinstance(owner, dict):
            return owner[node.attr] if node.attr in owner else self._unknown(node)
        return self._unknown(node)

    def _subscript(self, node: ast.Subscript) -> object:
        found = subscript(self.value(node.value), self.value(node.slice), node)
        return self._unknown(node) if isinstance(found, Unknown) else found

    def _call(self, node: ast.Call) -> object:
        dotted = _dotted(node)
        given = [self.value(one) for one in node.args]
        if dotted in {"var.value.get", "var.json.get"} and len(given) > 1 and isinstance(given[1], str):
            why = "the variable may be set in Airflow"
            return self.machine.holes.mark(Hole(ast.unparse(node), why, default=given[1]))
        if dotted == "range" and all(isinstance(one, int) for one in given) and 0 < len(given) < 4:
            return list(range(*[one for one in given if isinstance(one, int)]))[:1000]
        if isinstance(node.func, ast.Attribute):
            return self._method(self.value(node.func.value), node.func.attr, given, node)
        return self._unknown(node)

    def _method(self, owner: object, name: str, given: list[object], node: ast.Call) -> object:
        if isinstance(owner, dict) and name in {"items", "keys", "values"}:
            return [list(one) if isinstance(one, tuple) else one for one in getattr(owner, name)()]
        if isinstance(owner, dict) and name == "get" and given and isinstance(given[0], str):
            return owner.get(given[0], given[1] if len(given) > 1 else None)
        if isinstance(owner, str):
            return string_method(self.machine, owner, name, given, {}, node)
        return self._unknown(node)

    def _binary(self, node: ast.BinOp) -> object:
        left = self.value(node.left)
        if isinstance(node.op, ast.BitOr):
            return self._filtered(left, node.right, node)
        return binary(self.machine, node, left, self.value(node.right))

    def _filtered(self, value: object, how: ast.expr, node: ast.expr) -> object:
        name = _dotted(how)
        given = [self.value(one) for one in how.args] if isinstance(how, ast.Call) else []
        if name in _DATE_FILTERS:
            return Unknown(node, _RUN, sample=_DATE_FILTERS[name])
        if name in {"default", "d"} and given:
            return given[0] if isinstance(value, Unknown) and value.what.startswith("params") else value
        if name == "join" and isinstance(value, (list, tuple)):
            return str(given[0] if given else "").join(map(self.machine.text, value))
        return self._simple_filter(value, name, given, node)

    def _simple_filter(self, value: object, name: str, given: list[object], node: ast.expr) -> object:
        if name in {"upper", "lower", "trim", "replace", "title"} and isinstance(value, str):
            method = {"trim": "strip"}.get(name, name)
            return string_method(self.machine, value, method, given, {}, node)
        if name in {"safe", "string", "int", "float"} and isinstance(value, (str, int)) and not contains_unknown(value):
            return value
        if name in {"length", "count"} and isinstance(value, (str, list, dict)) and not contains_unknown(value):
            return len(value)
        return self._unknown(node)

    def _compare(self, node: ast.Compare) -> object:
        left = self.value(node.left)
        if isinstance(node.ops[0], (ast.Is, ast.IsNot)) and isinstance(node.comparators[0], ast.Name):
            return self._test(left, node.comparators[0].id, isinstance(node.ops[0], ast.Is), node)
        decided = compare(node.ops[0], left, self.value(node.comparators[0])) if len(node.ops) == 1 else None
        return self._unknown(node) if decided is None else decided

    def _test(self, value: object, name: str, wanted: bool, node: ast.expr) -> object:
        if isinstance(value, Unknown) or name not in {"defined", "none", "undefined"}:
            return self._unknown(node)
        holds = {"defined": True, "undefined": False, "none": value is None}[name]
        return holds is wanted

    def _boolean(self, node: ast.BoolOp) -> object:
        is_or, last = isinstance(node.op, ast.Or), node.values[-1]
        for part in node.values:
            value = self.value(part)
            decided = truth(value)
            if decided is None:
                return self._unknown(node)
            if decided is is_or or part is last:
                return value
        return self._unknown(node)

    def _not(self, node: ast.UnaryOp) -> object:
        value = self.value(node.operand)
        if isinstance(node.op, ast.USub) and isinstance(value, (int, float)):
            return -value
        decided = truth(value) if isinstance(node.op, ast.Not) else None
        return self._unknown(node) if decided is None else not decided

    def _conditional(self, node: ast.IfExp) -> object:
        decided = truth(self.value(node.test))
        if decided is None:
            return either([self.value(node.body), self.value(node.orelse)])
        return self.value(node.body if decided else node.orelse)

    def _list(self, node: ast.List | ast.Tuple) -> object:
        return [self.value(one) for one in node.elts]


def _dotted(node: ast.AST) -> str:
    names: list[str] = []
    while isinstance(node, (ast.Attribute, ast.Call, ast.Subscript)):
        if isinstance(node, ast.Attribute):
            names.append(node.attr)
        node = node.func if isinstance(node, ast.Call) else node.value
    return ".".join(reversed([*names, node.id if isinstance(node, ast.Name) else ""]))


def _why(dotted: str) -> str:
    first = dotted.partition(".")[0]
    words = {
        "params": "neither the call nor the DAG gives this parameter a value",
        "var": "it is a variable that is set in Airflow",
        "conn": "it is a field of a connection",
    }
    return words.get(first, _RUN)


_TABLE: dict[type[ast.expr], Callable[..., object]] = {
    ast.Constant: _Expression._constant,
    ast.Name: _Expression._name,
    ast.Attribute: _Expression._attribute,
    ast.Subscript: _Expression._subscript,
    ast.Call: _Expression._call,
    ast.BinOp: _Expression._binary,
    ast.Compare: _Expression._compare,
    ast.BoolOp: _Expression._boolean,
    ast.UnaryOp: _Expression._not,
    ast.IfExp: _Expression._conditional,
    ast.List: _Expression._list,
    ast.Tuple: _Expression._list,
}
