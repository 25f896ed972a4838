"""Expressions: a function for each node of Python's syntax tree that can be worth something."""

from __future__ import annotations

import ast
import operator
from ast import Attribute, Constant, FormattedValue, Name
from typing import TYPE_CHECKING

from safeconduct.airflow.dags.alternatives import is_plain, spread
from safeconduct.airflow.dags.attributes import as_value, attribute
from safeconduct.airflow.dags.binding import bind, elements
from safeconduct.airflow.dags.calling import arguments_of, call
from safeconduct.airflow.dags.found import WHEN_IT_RUNS
from safeconduct.airflow.dags.functions import make_function
from safeconduct.airflow.dags.holes import MARK, has_holes
from safeconduct.airflow.dags.operations import binary, compare, contains_unknown, subscript, truth
from safeconduct.airflow.dags.scope import Scope
from safeconduct.airflow.dags.values import Either, Instance, Super, Unknown, either

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from safeconduct.airflow.dags.machine import Machine


def unknown(machine: Machine, node: ast.expr, scope: Scope) -> object:
    """An expression of a kind that is not followed; what it holds is looked at all the same."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            machine.evaluate(child, scope)
    return Unknown(node, "it is known only when the DAG runs")


def _constant(machine: Machine, node: ast.Constant, scope: Scope) -> object:
    value = node.value
    if isinstance(value, str) and has_holes(value):
        return MARK.sub("\N{REPLACEMENT CHARACTER}", value)
    return value if isinstance(value, (str, int, float, bool, type(None))) else Unknown(node, "it is no text")


def _name(machine: Machine, node: ast.Name, scope: Scope) -> object:
    return scope.lookup(node.id)


def _attribute(machine: Machine, node: ast.Attribute, scope: Scope) -> object:
    value = attribute(machine, machine.evaluate(node.value, scope), node.attr, node, scope)
    return as_value(value, node)


def _call(machine: Machine, node: ast.Call, scope: Scope) -> object:
    function = node.func
    if type(function) is Attribute:
        owner = function.value
        value = scope.lookup(owner.id) if type(owner) is Name else machine.evaluate(owner, scope)
        callee = attribute(machine, value, function.attr, function, scope)
    elif type(function) is Name:
        if function.id == "super" and isinstance((method := scope.method()).receiver, Instance):
            return Super(method.receiver, method.owner)
        callee = scope.lookup(function.id)
    else:
        callee = machine.evaluate(function, scope)
    return call(machine, callee, arguments_of(machine, node, scope), node, scope)


def _joined(machine: Machine, node: ast.JoinedStr, scope: Scope) -> object:
    values: list[object] = []
    for part in node.values:
        # Texts and names are told here, as they are nearly all of it.
        if type(part) is Constant:
            text = part.value
            values.append(text if isinstance(text, str) and text.isascii() else _constant(machine, part, scope))
        elif type(part) is FormattedValue and part.format_spec is None and part.conversion == -1:
            inner = part.value
            values.append(scope.lookup(inner.id) if type(inner) is Name else machine.evaluate(inner, scope))
        else:
            values.append(machine.evaluate(part, scope))
    machine.budget.steps -= len(values)
    texts = [value for value in values if isinstance(value, str)]
    if len(texts) == len(values):
        return _bounded("".join(texts), node)
    return spread(values, lambda *parts: _bounded("".join(map(machine.text, parts)), node))


def _formatted(machine: Machine, node: ast.FormattedValue, scope: Scope) -> object:
    value = machine.evaluate(node.value, scope)
    style = machine.evaluate(node.format_spec, scope) if node.format_spec is not None else ""
    return spread([value, style], lambda one, how: _format(machine, node, one, how))


def _format(machine: Machine, node: ast.FormattedValue, value: object, style: object) -> object:
    if node.conversion == ord("r"):
        value = repr(value) if is_plain(value) and not contains_unknown(value) else Unknown(node.value, WHEN_IT_RUNS)
    if not style or not isinstance(value, (str, int, float)) or not isinstance(style, str):
        return value if isinstance(value, Unknown) else machine.text(value)
    if has_holes(style) or contains_unknown(value) or len(style) > 20 or any(len(run) > 3 for run in _runs(style)):
        return Unknown(node.value, WHEN_IT_RUNS)
    try:
        return format(value, style)
    except ValueError:
        return Unknown(node.value, "its format does not fit it")


def _runs(style: str) -> list[str]:
    return "".join(sign if sign.isdigit() else " " for sign in style).split()


def _bounded(text: str, node: ast.expr) -> object:
    return text if len(text) <= 1 << 20 else Unknown(node, "the text is longer than 1 MiB")


def _binary(machine: Machine, node: ast.BinOp, scope: Scope) -> object:
    # Long chains of + are nested to the left: walked here, so that they take no stack.
    chain: list[ast.BinOp] = []
    left: ast.expr = node
    while isinstance(left, ast.BinOp):
        chain.append(left)
        left = left.left
    value = machine.evaluate(left, scope)
    for step in reversed(chain):
        right = machine.evaluate(step.right, scope)
        if isinstance(value, Either) or isinstance(right, Either):
            value = spread([value, right], lambda one, other, at=step: binary(machine, at, one, other))
        else:
            value = binary(machine, step, value, right)
    return value


def _boolean(machine: Machine, node: ast.BoolOp, scope: Scope) -> object:
    is_or, found = isinstance(node.op, ast.Or), list[object]()
    for part in node.values:
        value = machine.evaluate(part, scope)
        decided = truth(value)
        if decided is None:
            found.append(value)
        elif decided == is_or:
            return either([*found, value])
        elif part is node.values[-1]:
            found.append(value)
    return either(found)


def _unary(machine: Machine, node: ast.UnaryOp, scope: Scope) -> object:
    value = machine.evaluate(node.operand, scope)
    if isinstance(node.op, ast.Not):
        decided = truth(value)
        return Unknown(node, WHEN_IT_RUNS) if decided is None else not decided
    if isinstance(value, (int, float)) and isinstance(node.op, (ast.USub, ast.UAdd)):
        return operator.neg(value) if isinstance(node.op, ast.USub) else value
    return Unknown(node, WHEN_IT_RUNS)


def _compare(machine: Machine, node: ast.Compare, scope: Scope) -> object:
    left, rights = machine.evaluate(node.left, scope), [machine.evaluate(one, scope) for one in node.comparators]
    if len(rights) > 1 or isinstance(left, Either) or isinstance(rights[0], Either):
        return Unknown(node, WHEN_IT_RUNS)
    decided = compare(node.ops[0], left, rights[0])
    return Unknown(node, WHEN_IT_RUNS) if decided is None else decided


def _conditional(machine: Machine, node: ast.IfExp, scope: Scope) -> object:
    decided = truth(machine.evaluate(node.test, scope))
    if decided is not None:
        return machine.evaluate(node.body if decided else node.orelse, scope)
    return either([machine.evaluate(node.body, scope), machine.evaluate(node.orelse, scope)])


def _elements(machine: Machine, nodes: list[ast.expr], scope: Scope) -> list[object]:
    found: list[object] = []
    for node in nodes:
        if isinstance(node, ast.Starred):
            value = machine.evaluate(node.value, scope)
            found.extend(value if isinstance(value, (list, tuple)) else [Unknown(node, WHEN_IT_RUNS)])
        else:
            found.append(machine.evaluate(node, scope))
    return found


def _list(machine: Machine, node: ast.List | ast.Set, scope: Scope) -> object:
    return _elements(machine, node.elts, scope)


def _tuple(machine: Machine, node: ast.Tuple, scope: Scope) -> object:
    return tuple(_elements(machine, node.elts, scope))


def _dict(machine: Machine, node: ast.Dict, scope: Scope) -> object:
    found: dict[object, object] = {}
    for key_node, value_node in zip(node.keys, node.values, strict=True):
        value = machine.evaluate(value_node, scope)
        if type(key_node) is Constant and type(name := key_node.value) is str and name.isascii():
            machine.budget.steps -= 1
            found[name] = value
        elif key_node is None:
            found.update(value if isinstance(value, dict) else {})
        else:
            key = machine.evaluate(key_node, scope)
            found[key if isinstance(key, (str, int, float, tuple)) and is_plain(key) else key_node] = value
    return found


def _subscript(machine: Machine, node: ast.Subscript, scope: Scope) -> object:
    value = machine.evaluate(node.value, scope)
    if isinstance(node.slice, ast.Slice):
        return _slice(machine, node, value, scope)
    key = machine.evaluate(node.slice, scope)
    if isinstance(value, Either) or isinstance(key, Either):
        return spread([value, key], lambda one, other: subscript(one, other, node))
    return subscript(value, key, node)


def _slice(machine: Machine, node: ast.Subscript, value: object, scope: Scope) -> object:
    assert isinstance(node.slice, ast.Slice)
    ends = [machine.evaluate(end, scope) for end in (node.slice.lower, node.slice.upper) if end is not None]
    numbers = [end for end in ends if isinstance(end, int)]
    is_known = len(numbers) == len(ends) and node.slice.step is None
    if not is_known or not isinstance(value, (str, list, tuple)) or contains_unknown(value):
        return Unknown(node, WHEN_IT_RUNS)
    lower = numbers[0] if node.slice.lower is not None else None
    upper = numbers[-1] if node.slice.upper is not None else None
    return value[lower:upper]


def _lambda(machine: Machine, node: ast.Lambda, scope: Scope) -> object:
    return make_function(machine, node, scope)


def _walrus(machine: Machine, node: ast.NamedExpr, scope: Scope) -> object:
    value = machine.evaluate(node.value, scope)
    scope.bind(node.target.id, value)
    return value


def _inner(machine: Machine, node: ast.Await | ast.Starred, scope: Scope) -> object:
    return machine.evaluate(node.value, scope)


def _comprehension(
    machine: Machine, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, scope: Scope
) -> object:
    inner = Scope(scope.module, scope.for_functions if scope.is_class else scope)
    inner.variables = dict(scope.variables) if scope.is_class else {}
    if isinstance(node, ast.DictComp):
        found: dict[object, object] = {}
        for _ in _rounds(machine, node.generators, inner):
            key = machine.evaluate(node.key, inner)
            found[key if isinstance(key, (str, int, float, bool)) else node.key] = machine.evaluate(node.value, inner)
        return found
    return [machine.evaluate(node.elt, inner) for _ in _rounds(machine, node.generators, inner)]


def _rounds(machine: Machine, generators: list[ast.comprehension], scope: Scope) -> Iterator[None]:
    if not generators:
        yield None
        return
    first, rest = generators[0], generators[1:]
    for value in elements(machine.evaluate(first.iter, scope), first.iter):
        machine.budget.spend()
        bind(machine, first.target, value, scope)
        if all(truth(machine.evaluate(test, scope)) is not False for test in first.ifs):
            yield from _rounds(machine, rest, scope)


TABLE: dict[type[ast.expr], Callable[..., object]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Call: _call,
    ast.JoinedStr: _joined,
    ast.FormattedValue: _formatted,
    ast.BinOp: _binary,
    ast.BoolOp: _boolean,
    ast.UnaryOp: _unary,
    ast.Compare: _compare,
    ast.IfExp: _conditional,
    ast.List: _list,
    ast.Set: _list,
    ast.Tuple: _tuple,
    ast.Dict: _dict,
    ast.Subscript: _subscript,
    ast.Lambda: _lambda,
    ast.NamedExpr: _walrus,
    ast.Await: _inner,
    ast.Starred: _inner,
    ast.ListComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.DictComp: _comprehension,
}
