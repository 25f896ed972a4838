"""Functions and classes of the folder: made where they are defined, called with values that may be unknown."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from safeconduct.airflow.dags.budget import DEEPEST_CALL
from safeconduct.airflow.dags.decorators import decorate
from safeconduct.airflow.dags.samples import SAMPLES
from safeconduct.airflow.dags.scope import Scope
from safeconduct.airflow.dags.values import Arguments, ClassValue, Function, Unknown, either

if TYPE_CHECKING:
    from safeconduct.airflow.dags.machine import Machine

_MOST_CALLS = 400  # of one function; a factory called in a loop is followed so many times


def make_function(
    machine: Machine, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, scope: Scope
) -> Function:
    """The function that the node defines in this scope."""
    function = Function(node, scope.for_functions, scope.module, _defaults(machine, node.args, scope))
    machine.functions.append(function)
    return function


def define_function(machine: Machine, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> str:
    """`def`."""
    function = make_function(machine, node, scope)
    value: object = function
    for decorator in reversed(node.decorator_list):
        value = decorate(function, value, machine.evaluate(decorator, scope))
    scope.bind(node.name, value)
    return ""


def define_class(machine: Machine, node: ast.ClassDef, scope: Scope) -> str:
    """`class`."""
    bases = tuple(machine.evaluate(base, scope) for base in node.bases)
    inner = Scope(scope.module, scope, is_class=True)
    machine.execute(node.body, inner)
    cls = ClassValue(node.name, bases, inner.variables, scope.module)
    for value in inner.variables.values():
        if isinstance(value, Function) and value.owner is None:
            value.owner = cls
    machine.classes.append(cls)
    scope.bind(node.name, cls)
    return ""


def _defaults(machine: Machine, given: ast.arguments, scope: Scope) -> dict[str, object]:
    names = [one.arg for one in (*given.posonlyargs, *given.args)]
    late = names[len(names) - len(given.defaults) :]
    found = {name: machine.evaluate(node, scope) for name, node in zip(late, given.defaults, strict=True)}
    for one, node in zip(given.kwonlyargs, given.kw_defaults, strict=True):
        if node is not None:
            found[one.arg] = machine.evaluate(node, scope)
    return found


def call_function(machine: Machine, function: Function, arguments: Arguments, receiver: object = None) -> object:
    """What the function returns; its body is executed with these arguments."""
    function.called += 1
    budget = machine.budget
    if budget.calls >= DEEPEST_CALL or function.called > _MOST_CALLS:
        body = [] if isinstance(function.node, ast.Lambda) else function.node.body
        machine.skipped.append((function.module, body, "its function is called too deep or too often to be followed"))
        return Unknown(f"{function.name}()", "its function is called too deep or too often to be followed")
    scope = Scope(function.module, function.scope)
    scope.owner = function.owner
    scope.receiver = receiver
    scope.variables = parameters(function, arguments, receiver)
    budget.calls += 1
    depth, budget.depth = budget.depth, 0
    try:
        return _run(machine, function, scope)
    finally:
        budget.calls -= 1
        budget.depth = depth


def _run(machine: Machine, function: Function, scope: Scope) -> object:
    if isinstance(function.node, ast.Lambda):
        return machine.evaluate(function.node.body, scope)
    left = machine.execute(function.node.body, scope)
    if _yields(scope, function):
        return Unknown(f"{function.name}()", "it is a generator")
    if not scope.returns:
        return None
    return either(scope.returns if left in {"return", "raise"} else [*scope.returns, None])


def _yields(scope: Scope, function: Function) -> bool:
    return function.kind == "contextmanager" and not scope.returns


def parameters(function: Function, arguments: Arguments, receiver: object) -> dict[str, object]:
    """The variables that the arguments make; a parameter that is given nothing has its default or is unknown."""
    given = function.node.args
    names = [one.arg for one in (*given.posonlyargs, *given.args)]
    positional = [receiver, *arguments.positional] if receiver is not None else list(arguments.positional)
    found: dict[str, object] = dict(zip(names, positional, strict=False))
    if given.vararg is not None:
        found[given.vararg.arg] = tuple(positional[len(names) :])
    rest = {name: value for name, value in arguments.keywords.items() if name not in found}
    for name in (*names, *(one.arg for one in given.kwonlyargs)):
        if name in rest:
            found[name] = rest.pop(name)
        elif name not in found:
            found[name] = _missing(function, name, arguments)
    if given.kwarg is not None:
        found[given.kwarg.arg] = rest
    return found


def _missing(function: Function, name: str, arguments: Arguments) -> object:
    if name in function.defaults and not arguments.is_loose:
        return function.defaults[name]
    return Unknown(name, f"it is a parameter of {function.name}, given when the DAG runs", sample=SAMPLES.get(name, ""))
