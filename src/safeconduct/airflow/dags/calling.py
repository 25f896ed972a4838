"""Calls: whom each goes to."""

from __future__ import annotations

from ast import Constant, Starred
from typing import TYPE_CHECKING

from safeconduct.airflow.dags.classes import base_method, instantiate
from safeconduct.airflow.dags.functions import call_function
from safeconduct.airflow.dags.library import meaning
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
    import ast

    from safeconduct.airflow.dags.machine import Machine
    from safeconduct.airflow.dags.scope import Scope


def arguments_of(machine: Machine, node: ast.Call, scope: Scope) -> Arguments:
    """The arguments of a call, with known `*` and `**` unfolded."""
    found = Arguments([], {}, False)
    if node.args:
        _add_positional(machine, found, node.args, scope)
    evaluate, keywords, steps = machine.evaluate, found.keywords, 1  # the name of what is called
    for keyword in node.keywords:
        one = keyword.value
        # Told here, as most are texts, and there are more arguments than anything else.
        if type(one) is Constant and type(text := one.value) is str and text.isascii():
            steps += 1
            value: object = text
        else:
            value = evaluate(one, scope)
        if (name := keyword.arg) is not None:
            keywords[name] = value
        else:
            _add_unfolded(found, value)
    machine.budget.steps -= steps
    return found


def _add_positional(machine: Machine, found: Arguments, nodes: list[ast.expr], scope: Scope) -> None:
    for one in nodes:
        if type(one) is Constant and type(text := one.value) is str and text.isascii():
            machine.budget.steps -= 1
            found.positional.append(text)
            continue
        value = machine.evaluate(one, scope)
        if type(one) is not Starred:
            found.positional.append(value)
        elif isinstance(value, (list, tuple)):
            found.positional.extend(value)
        else:
            found.is_loose = True


def _add_unfolded(found: Arguments, value: object) -> None:
    if isinstance(value, dict):
        found.keywords.update({name: one for name, one in value.items() if isinstance(name, str)})
    else:
        found.is_loose = True


def call(machine: Machine, callee: object, arguments: Arguments, node: ast.Call, scope: Scope) -> object:
    """What the call gives."""
    if type(callee) is External:
        return meaning(callee.name)(machine, arguments, node, scope)
    if type(callee) is Method:
        return _method(machine, callee, arguments, node, scope)
    if isinstance(callee, Function):
        return _function(machine, callee, arguments, None, node)
    if isinstance(callee, Bound):
        return _function(machine, callee.function, arguments, callee.receiver, node)
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
    receiver = method.receiver
    if isinstance(receiver, (Super, Instance)):
        return base_method(machine, method, arguments, node, scope)
    return call_method(machine, receiver, method.name, arguments, node, scope)
