"""Python's builtins, as far as they can be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.airflow.dags.budget import MOST_ITERATIONS
from safeconduct.airflow.dags.found import WHEN_IT_RUNS
from safeconduct.airflow.dags.holes import has_holes
from safeconduct.airflow.dags.operations import contains_unknown, truth
from safeconduct.airflow.dags.values import Arguments, Either, Handle, Instance, Unknown

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable

    from safeconduct.airflow.dags.machine import Machine
    from safeconduct.airflow.dags.scope import Scope

_PURE: dict[str, Callable[..., object]] = {"len": len, "sorted": sorted, "min": min, "max": max, "sum": sum, "abs": abs}


def _dict(machine: Machine, arguments: Arguments, node: ast.Call, scope: Scope) -> object:
    first = arguments.get(0)
    found: dict[object, object] = {}
    if isinstance(first, dict):
        found.update(first)
    elif isinstance(first, (list, tuple)):
        pairs = [one for one in first if isinstance(one, (list, tuple)) and len(one) == 2 and isinstance(one[0], str)]
        found.update({pair[0]: pair[1] for pair in pairs})
    elif first is not None:
        return Unknown(node, WHEN_IT_RUNS)
    found.update(arguments.keywords)
    return found


def _list(machine: Machine, arguments: Arguments, node: ast.Call, scope: Scope) -> object:
    first = arguments.get(0)
    if first is None:
        return []
    if isinstance(first, (list, tuple, dict)) or (isinstance(first, str) and not has_holes(first)):
        return list(first)[:5000]
    return Unknown(node, first.why if isinstance(first, Unknown) else WHEN_IT_RUNS)


def _tuple(machine: Machine, arguments: Arguments, node: ast.Call, scope: Scope) -> object:
    found = _list(machine, arguments, node, scope)
    return tuple(found) if isinstance(found, list) else found


def _range(machine: Machine, arguments: Arguments, node: ast.Call, scope: Scope) -> object:
    numbers = [one for one in arguments.positional if isinstance(one, int)]
    if not numbers or len(numbers) != len(arguments.positional) or len(numbers) > 3 or (numbers[2:] == [0]):
        return Unknown(node, WHEN_IT_RUNS)
    return list(range(*numbers)[:MOST_ITERATIONS])


def _enumerate(machine: Machine, arguments: Arguments, node: ast.Call, scope: Scope) -> object:
    first, start = arguments.get(0), arguments.get(1, "start", default=0)
    if not isinstance(first, (list, tuple, dict)) or not isinstance(start, int):
        return Unknown(node, WHEN_IT_RUNS)
    return [(number, one) for number, one in enumerate(list(first)[:MOST_ITERATIONS], start)]


def _zip(machine: Machine, arguments: Arguments, node: ast.Call, scope: Scope) -> object:
    lists = [list(one) for one in arguments.positional if isinstance(one, (list, tuple, dict))]
    return list(zip(*lists, strict=False)) if len(lists) == len(arguments.positional) else Unknown(node, WHEN_IT_RUNS)


def _str(machine: Machine, arguments: Arguments, node: ast.Call, scope: Scope) -> object:
    first = arguments.get(0, default="")
    return Unknown(node, WHEN_IT_RUNS) if isinstance(first, Either) else machine.text(first)


def _number(of: type[int] | type[float]) -> Callable[..., object]:
    def compute(machine: Machine, arguments: Arguments, node: ast.Call, scope: Scope) -> object:
        first = arguments.get(0)
        try:
            if isinstance(first, (int, float)) or (isinstance(first, str) and len(first) < 50):
                return of(first)
        except (ValueError, OverflowError):
            pass
        return Unknown(node, WHEN_IT_RUNS)

    return compute


def _pure(name: str) -> Callable[..., object]:
    def compute(machine: Machine, arguments: Arguments, node: ast.Call, scope: Scope) -> object:
        if contains_unknown(arguments.positional) or arguments.keywords:
            return Unknown(node, WHEN_IT_RUNS)
        try:
            return _PURE[name](*arguments.positional)
        except (TypeError, ValueError, OverflowError):
            return Unknown(node, "it cannot be computed")

    return compute


def _bool(machine: Machine, arguments: Arguments, node: ast.Call, scope: Scope) -> object:
    decided = truth(arguments.get(0))
    return Unknown(node, WHEN_IT_RUNS) if decided is None else decided


def _getattr(machine: Machine, arguments: Arguments, node: ast.Call, scope: Scope) -> object:
    owner, name = arguments.get(0), arguments.get(1)
    if isinstance(owner, Instance) and isinstance(name, str):
        return owner.attributes.get(name, owner.cls.find(name))
    return Unknown(node, WHEN_IT_RUNS, owner.conn_id if isinstance(owner, (Unknown, Handle)) else None)


def _setattr(machine: Machine, arguments: Arguments, node: ast.Call, scope: Scope) -> object:
    owner, name = arguments.get(0), arguments.get(1)
    if isinstance(owner, Instance) and isinstance(name, str):
        owner.attributes[name] = arguments.get(2)
    return None


def _map(machine: Machine, arguments: Arguments, node: ast.Call, scope: Scope) -> object:
    function, over = arguments.get(0), arguments.get(1)
    values = list(over)[:MOST_ITERATIONS] if isinstance(over, (list, tuple, dict)) else [Unknown(node, WHEN_IT_RUNS)]
    return [machine.call(function, Arguments([value]), node, scope) for value in values]


def _reversed(machine: Machine, arguments: Arguments, node: ast.Call, scope: Scope) -> object:
    first = arguments.get(0)
    return list(reversed(first)) if isinstance(first, (list, tuple)) else Unknown(node, WHEN_IT_RUNS)


BUILTINS: dict[str, Callable[..., object]] = {
    "dict": _dict,
    "list": _list,
    "set": _list,
    "tuple": _tuple,
    "range": _range,
    "enumerate": _enumerate,
    "zip": _zip,
    "str": _str,
    "int": _number(int),
    "float": _number(float),
    "bool": _bool,
    "getattr": _getattr,
    "setattr": _setattr,
    "map": _map,
    "reversed": _reversed,
    "copy.deepcopy": _dict,
    "copy.copy": _dict,
    **{name: _pure(name) for name in _PURE},
}
