"""Functions that TaskFlow's decorators made into DAGs, groups and tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.airflow.dags.contexts import enter, leave, make_dag, make_group, task_name
from safeconduct.airflow.dags.functions import call_function
from safeconduct.airflow.dags.operators import jinja_context
from safeconduct.airflow.dags.requests import Request, submit
from safeconduct.airflow.dags.values import DagValue

if TYPE_CHECKING:
    import ast

    from safeconduct.airflow.dags.machine import Machine
    from safeconduct.airflow.dags.values import Arguments, Function


def call_taskflow(
    machine: Machine, function: Function, arguments: Arguments, receiver: object, node: ast.Call
) -> object:
    """What the call gives: the DAG, or what the task returns, which is what others get from it."""
    options = function.options
    if function.kind == "task":
        return _task(machine, function, arguments, receiver, node)
    context: object
    if function.kind == "dag":
        context = make_dag(machine, options, options.get("dag_id", function.name), function.module.path)
    else:
        context = make_group(machine, options.get("group_id", function.name), options)
    enter(machine, context)
    try:
        found = call_function(machine, function, arguments, receiver)
    finally:
        leave(machine, context)
    return context if isinstance(context, DagValue) else found


def _task(machine: Machine, function: Function, arguments: Arguments, receiver: object, node: ast.Call) -> object:
    task_id = task_name(machine, function.options.get("task_id", function.name))
    current = machine.dags[-1].dag_id if machine.dags else None
    machine.tasks.append((current, task_id))
    try:
        found = call_function(machine, function, arguments, receiver)
        if function.options.get("is_sql"):
            _send(machine, function, found)
        return found
    finally:
        machine.tasks.pop()


def _send(machine: Machine, function: Function, sql: object) -> None:
    """`@task.sql`: what the function returns is sent."""
    options = function.options
    submit(
        machine,
        Request(
            function.node,
            function.module.scope,
            "task.sql",
            sql,
            options.get("conn_id"),
            options.get("parameters"),
            options.get("database"),
            loads_files=True,
            task=machine.tasks[-1],
            context=jinja_context(machine, options),
        ),
    )
