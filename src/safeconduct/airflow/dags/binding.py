"""Assignments to targets, and what an iteration gives."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from safeconduct.airflow.dags.budget import MOST_ITERATIONS
from safeconduct.airflow.dags.found import WHEN_IT_RUNS
from safeconduct.airflow.dags.holes import has_holes
from safeconduct.airflow.dags.values import Either, Instance, Unknown, either

if TYPE_CHECKING:
    from safeconduct.airflow.dags.machine import Machine
    from safeconduct.airflow.dags.scope import Scope


def elements(value: object, node: ast.expr) -> list[object]:
    """What an iteration over the value gives; one unknown element where that is unknown."""
    if isinstance(value, (list, tuple, dict)):
        return list(value)[:MOST_ITERATIONS]
    if isinstance(value, str) and not has_holes(value):
        return [*value][:MOST_ITERATIONS]
    if isinstance(value, Either) and all(isinstance(one, (list, tuple)) for one in value.values):
        return [element for one in value.values for element in elements(one, node)]
    conn_id = value.conn_id if isinstance(value, Unknown) else None
    return [Unknown(node, "what it iterates over is known only when the DAG runs", conn_id)]


def bind(machine: Machine, target: ast.expr, value: object, scope: Scope) -> None:
    """Assign the value to a target: a name, a tuple of targets, an attribute or an item."""
    if isinstance(target, ast.Name):
        scope.bind(target.id, value)
    elif isinstance(target, (ast.Tuple, ast.List)):
        _bind_each(machine, target.elts, value, scope)
    elif isinstance(target, ast.Starred):
        bind(machine, target.value, Unknown(target, WHEN_IT_RUNS), scope)
    elif isinstance(target, ast.Attribute):
        _set(machine, machine.evaluate(target.value, scope), target.attr, value)
    elif isinstance(target, ast.Subscript):
        _set(machine, machine.evaluate(target.value, scope), machine.evaluate(target.slice, scope), value)


def _bind_each(machine: Machine, targets: list[ast.expr], value: object, scope: Scope) -> None:
    fits = isinstance(value, (list, tuple)) and len(value) == len(targets)
    for number, target in enumerate(targets):
        one = value[number] if fits and isinstance(value, (list, tuple)) else _part(value, target)
        bind(machine, target, one, scope)


def _part(value: object, target: ast.expr) -> Unknown:
    return Unknown(target, WHEN_IT_RUNS, value.conn_id if isinstance(value, Unknown) else None)


def _set(machine: Machine, owner: object, key: object, value: object) -> None:
    holder = owner.attributes if isinstance(owner, Instance) else owner
    if isinstance(holder, list) and isinstance(key, int) and -len(holder) <= key < len(holder):
        holder[key] = value
    elif isinstance(holder, dict) and isinstance(key, (str, int)):
        before = holder.get(key)
        holder[key] = either([before, value]) if machine.doubts and before is not None else value
