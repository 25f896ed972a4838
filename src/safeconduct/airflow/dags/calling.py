"""Calls: whom each goes to."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from safeconduct.airflow.dags.classes import base_method, instantiate
from safeconduct.airflow.dags.functions import call_function
from safeconduct.airflow.dags.library import call_external
from safeconduct.airflow.dags.methods import call_method
from safeconduct.airflow.dags.taskflow import call_taskflow
from safeconduct.airflow.dags.values import (
    Arguments,
    Bound,
    ClassValue,
    Either,
    External,
    Function,
    Instance,
    Method,
    Partial,
    Super,
    Unknown,
    either,
)

if TYPE_CHECKING:
    from safeconduct.airflow.dags.machine import Machine
    from safeconduct.airflow.dags.scope import Scope


def arguments_of(machine: Machine, node: ast.Call, scope: Scope) -> Arguments:
    """The arguments of a call, with known `*` and `**` unfolded."""
    found = Arguments()
    for one in node.args:
        if not isinstance(one, ast.Starred):
            found.positional.append(machine.evaluate(one, scope))
            continue
        value = machine.evaluate(one.value, scope)
        found.is_loose |= not isinstance(value, (list, tuple))
        found.positional.extend(value if isinstance(value, (list, tuple)) else ())
    for keyword in node.keywords:
        value = machine.evaluate(keyword.value, scope)
        if keyword.arg is not None:
            found.keywords[keyword.arg] = value
        elif isinstance(value, dict):
            found.keywords.update({name: one for name, one in value.items() if isinstance(name, str)})
        else:
            found.is_loose = True
    return found


def call(machine: Machine, callee: object, arguments: Arguments, node: ast.Call, scope: Scope) -> object:
    """What the call gives."""
    if isinstance(callee, External):
        return call_external(machine, callee, arguments, node, scope)
    if isinstance(callee, Function):
        return _function(machine, callee, arguments, None, node)
    if isinstance(callee, Bound):
        return _function(machine, callee.function, arguments, callee.receiver, node)
    if isinstance(callee, Method):
        return _method(machine, callee, arguments, node, scope)
    if isinstance(callee, ClassValue):
        return instantiate(machine, callee, arguments, node, scope)
    return _other(machine, callee, arguments, node, scope)


def _other(machine: Machine, callee: object, arguments: Arguments, node: ast.Call, scope: Scope) -> object:
    if isinstance(callee, Partial):
        both = Arguments(
            [*callee.positional, *arguments.positional], {**callee.keywords, **arguments.keywords}, arguments.is_loose
        )
        return machine.call(callee.callee, both, node, scope)
    if isinstance(callee, Either):
        return either([machine.call(one, arguments, node, scope) for one in callee.values])
    if isinstance(callee, Instance) and isinstance(method := callee.cls.find("__call__"), Function):
        return call_function(machine, method, arguments, callee)
    conn_id = callee.conn_id if isinstance(callee, Unknown) else None
    return Unknown(node, "it is known only when the DAG runs", conn_id)


def _function(machine: Machine, function: Function, arguments: Arguments, receiver: object, node: ast.Call) -> object:
    if function.kind in {"task", "dag", "task_group"}:
        return call_taskflow(machine, function, arguments, receiver, node)
    if function.kind == "classmethod":
        receiver = receiver if receiver is not None else function.owner
    return call_function(machine, function, arguments, receiver)


def _method(machine: Machine, method: Method, arguments: Arguments, node: ast.Call, scope: Scope) -> object:
    if isinstance(method.receiver, (Super, Instance)):
        return base_method(machine, method, arguments, node, scope)
    return call_method(machine, method.receiver, method.name, arguments, node, scope)
