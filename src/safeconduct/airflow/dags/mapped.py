"""Callables with arguments for later: `partial`, `expand`, `expand_kwargs`, `override`."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

from safeconduct.airflow.dags.values import Arguments, Function, Partial, Unknown

if TYPE_CHECKING:
    import ast

    from safeconduct.airflow.dags.machine import Machine
    from safeconduct.airflow.dags.scope import Scope

_MOST = 1000


def mapped_method(
    machine: Machine, receiver: object, name: str, arguments: Arguments, node: ast.Call, scope: Scope
) -> object:
    """A method of a function, a class, or a partial."""
    if name == "override" and isinstance(receiver, Function):
        receiver.called += 1
        return replace(receiver, options={**receiver.options, **arguments.keywords})
    if name == "override" and isinstance(receiver, Partial):
        return replace(receiver, callee=mapped_method(machine, receiver.callee, name, arguments, node, scope))
    if name == "partial":
        return Partial(receiver, tuple(arguments.positional), arguments.keywords)
    if name in {"expand", "expand_kwargs", "map"}:
        return _expanded(machine, receiver, name, arguments, node, scope)
    return Unknown(node, "it is known only when the DAG runs")


def _expanded(
    machine: Machine, receiver: object, name: str, arguments: Arguments, node: ast.Call, scope: Scope
) -> object:
    rounds = _by_name(arguments) if name == "expand" else _by_dicts(arguments.get(0, "kwargs"), node)
    found: list[object] = []
    for keywords in rounds:
        machine.budget.spend()
        found.append(machine.call(receiver, Arguments([], keywords), node, scope))
    return found


def _by_name(arguments: Arguments) -> list[dict[str, object]]:
    """Each combination of the elements, as Airflow maps over several arguments."""
    lists = [_elements(value) for value in arguments.keywords.values()]
    size = 1
    for one in lists:
        size *= len(one)
    if size > _MOST:
        lists = [[Unknown("expand", "it is mapped over too many values")] for _ in lists]
    return [dict(zip(arguments.keywords, one, strict=True)) for one in product(*lists)]


def _by_dicts(value: object, node: ast.Call) -> list[dict[str, object]]:
    if not isinstance(value, (list, tuple)):
        return [{"sql": Unknown(node, "it is mapped over what is known only when the DAG runs")}]
    named = [one for one in value if isinstance(one, dict)][:_MOST]
    return [{key: one for key, one in each.items() if isinstance(key, str)} for each in named]


def _elements(value: object) -> list[object]:
    if isinstance(value, (list, tuple)):
        return list(value)
    if isinstance(value, dict):
        return [list(pair) for pair in value.items()]
    source = value.source if isinstance(value, Unknown) else "expand"
    return [Unknown(source, "it is mapped over what is known only when the DAG runs")]
