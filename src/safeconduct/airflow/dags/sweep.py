"""What no DAG reaches: functions that nothing calls are tried with unknown arguments, and the rest is named."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from safeconduct.airflow.dags.budget import STEPS_OF_UNCALLED, Spent
from safeconduct.airflow.dags.found import UnresolvedCall
from safeconduct.airflow.dags.functions import call_function, parameters
from safeconduct.airflow.dags.operators import is_operator
from safeconduct.airflow.dags.sites import sends_sql
from safeconduct.airflow.dags.values import Arguments, Instance
from safeconduct.model import Location

if TYPE_CHECKING:
    from safeconduct.airflow.dags.machine import Machine
    from safeconduct.airflow.dags.modules import Module
    from safeconduct.airflow.dags.values import Function


def call_the_uncalled(machine: Machine) -> None:
    """Call each function of the folder that nothing called."""
    for number, function in enumerate(machine.functions):
        if number > 50_000:
            break
        if not function.called:
            _try(machine, function)


def _try(machine: Machine, function: Function) -> None:
    node = function.node
    body: list[ast.stmt] = [ast.Expr(node.body)] if isinstance(node, ast.Lambda) else node.body
    if not any(sends_sql(one) for statement in body for one in ast.walk(statement)):
        function.called = 1
        return
    machine.tasks.append((None, None))
    machine.renew(STEPS_OF_UNCALLED)
    try:
        call_function(machine, function, Arguments(), _receiver(function))
    except (Spent, RecursionError):
        machine.skipped.append((function.module, body, "the file takes more work than one file may"))
    finally:
        machine.give_back()
        machine.tasks.pop()


def _receiver(function: Function) -> Instance | None:
    if function.owner is None or function.kind == "staticmethod":
        return None
    sample = function.owner.sample
    if sample is None:
        sample = function.owner.sample = Instance(function.owner)
    if function.name != "__init__" and is_operator(function.owner.external) and not sample.attributes:
        init = function.owner.find("__init__")
        names = getattr(getattr(init, "node", None), "args", None)
        if names is not None:
            sample.attributes.update(parameters(init, Arguments(), sample))  # type: ignore[arg-type]
    return sample


def name_the_unreached(machine: Machine) -> None:
    """Record each call in code that was not executed, unless it was executed elsewhere."""
    for module, block, why in machine.skipped:
        for statement in block:
            for node in ast.walk(statement):
                if isinstance(node, ast.Call) and sends_sql(node):
                    _name(machine, module, node, why)


def _name(machine: Machine, module: Module, node: ast.Call, why: str) -> None:
    site = (module.path, node.lineno, node.col_offset)
    if site in machine.record.sites:
        return
    machine.record.sites.add(site)
    callee = ast.unparse(node.func)[-60:]
    reason = f"The SQL cannot be told: {why}."
    machine.record.add_unresolved(
        UnresolvedCall(Location(module.path, node.lineno), callee, reason, "sql"), node.col_offset
    )
