"""Statements: what each does to the variables, and which of them are executed."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from safeconduct.airflow.dags.binding import bind, elements
from safeconduct.airflow.dags.contexts import enter, leave
from safeconduct.airflow.dags.functions import define_class, define_function
from safeconduct.airflow.dags.modules import Module, absolute, imported, member
from safeconduct.airflow.dags.operations import truth
from safeconduct.airflow.dags.scope import merge
from safeconduct.airflow.dags.values import FIELDS, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from safeconduct.airflow.dags.machine import Machine
    from safeconduct.airflow.dags.scope import Scope

LEFT = ("return", "raise", "break", "continue")


def execute_block(machine: Machine, block: Sequence[ast.stmt], scope: Scope) -> str:
    """Execute the statements; how the block was left, empty at its end."""
    machine.budget.steps -= len(block)
    table = _TABLE
    for statement in block:
        if (handler := table.get(type(statement))) is not None and (left := handler(machine, statement, scope)):
            rest = block[block.index(statement) + 1 :]
            if rest:
                machine.skipped.append((scope.module, rest, "the code is never reached"))
            return left
    return ""


def _expression(machine: Machine, node: ast.Expr, scope: Scope) -> str:
    machine.evaluate(node.value, scope)
    return ""


def _assign(machine: Machine, node: ast.Assign, scope: Scope) -> str:
    value = machine.evaluate(node.value, scope)
    for target in node.targets:
        if type(target) is ast.Name:
            scope.bind(target.id, value)
        else:
            bind(machine, target, value, scope)
    return ""


def _annotated(machine: Machine, node: ast.AnnAssign, scope: Scope) -> str:
    if scope.is_class and isinstance(node.target, ast.Name):
        fields = scope.variables.setdefault(FIELDS, [])
        assert isinstance(fields, list)
        fields.append(node.target.id)
    if node.value is not None:
        bind(machine, node.target, machine.evaluate(node.value, scope), scope)
    return ""


def _augmented(machine: Machine, node: ast.AugAssign, scope: Scope) -> str:
    before = ast.Name(node.target.id, ast.Load()) if isinstance(node.target, ast.Name) else node.target
    sum_ = ast.copy_location(ast.BinOp(before, node.op, node.value), node)
    bind(machine, node.target, machine.evaluate(ast.fix_missing_locations(sum_), scope), scope)
    return ""


def _return(machine: Machine, node: ast.Return, scope: Scope) -> str:
    scope.returns.append(machine.evaluate(node.value, scope) if node.value is not None else None)
    return "return"


def _raise(machine: Machine, node: ast.Raise, scope: Scope) -> str:
    if node.exc is not None:
        machine.evaluate(node.exc, scope)
    return "raise"


def _if(machine: Machine, node: ast.If, scope: Scope) -> str:
    decided = truth(machine.evaluate(node.test, scope))
    if decided is None or _is_main(node.test):
        return branches(machine, [node.body, node.orelse], scope)
    dead = node.orelse if decided else node.body
    if dead:
        machine.skipped.append((scope.module, dead, "the condition before it never lets it run"))
    return execute_block(machine, node.body if decided else node.orelse, scope)


def _is_main(test: ast.expr) -> bool:
    return isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and test.left.id == "__name__"


def branches(machine: Machine, blocks: Sequence[Sequence[ast.stmt]], scope: Scope) -> str:
    """Execute each of the blocks as if it were the one; afterwards the variables are those of any of them."""
    before, after, left = scope.variables, list[dict[str, object]](), list[str]()
    machine.doubts += 1
    try:
        for block in blocks:
            scope.variables = dict(before)
            how = execute_block(machine, block, scope)
            left.append(how)
            if not how or how in {"break", "continue"}:
                after.append(scope.variables)
    finally:
        machine.doubts -= 1
        scope.variables = before
    if after:
        merge(scope, after)
    return left[0] if all(left) and not after else ""


def _for(machine: Machine, node: ast.For | ast.AsyncFor, scope: Scope) -> str:
    values = elements(machine.evaluate(node.iter, scope), node.iter)
    if not values and node.body:
        machine.skipped.append((scope.module, node.body, "it is in a loop over nothing, as far as can be told"))
    for value in values:
        bind(machine, node.target, value, scope)
        left = execute_block(machine, node.body, scope)
        if left == "break":
            break
        if left in {"return", "raise"} and not isinstance(value, Unknown):
            return left
    return execute_block(machine, node.orelse, scope)


def _while(machine: Machine, node: ast.While, scope: Scope) -> str:
    if truth(machine.evaluate(node.test, scope)) is False:
        machine.skipped.append((scope.module, node.body, "the condition before it never lets it run"))
        return ""
    return branches(machine, [node.body, node.orelse], scope)


def _with(machine: Machine, node: ast.With | ast.AsyncWith, scope: Scope) -> str:
    entered: list[object] = []
    for item in node.items:
        value = enter(machine, machine.evaluate(item.context_expr, scope))
        entered.append(value)
        if item.optional_vars is not None:
            bind(machine, item.optional_vars, value, scope)
    try:
        return execute_block(machine, node.body, scope)
    finally:
        for value in reversed(entered):
            leave(machine, value)


def _try(machine: Machine, node: ast.Try, scope: Scope) -> str:
    left = execute_block(machine, node.body, scope)
    for handler in node.handlers:
        if handler.name:
            scope.bind(handler.name, Unknown(handler.name, "it is an exception"))
        handled = branches(machine, [handler.body, []], scope)
        left = "" if not handled and left == "raise" else left
    if not left:
        left = execute_block(machine, node.orelse, scope)
    return execute_block(machine, node.finalbody, scope) or left


def _match(machine: Machine, node: ast.Match, scope: Scope) -> str:
    machine.evaluate(node.subject, scope)
    for case in node.cases:
        for part in ast.walk(case.pattern):
            name = getattr(part, "name", None)
            if isinstance(name, str):
                scope.bind(name, Unknown(name, "it is known only when the DAG runs"))
    return branches(machine, [*(case.body for case in node.cases), []], scope)


def _import(machine: Machine, node: ast.Import, scope: Scope) -> str:
    for alias in node.names:
        names = alias.name.split(".")
        found = imported(machine, names)
        scope.bind(alias.asname or names[0], found if alias.asname else imported(machine, names[:1]))
    return ""


def _import_from(machine: Machine, node: ast.ImportFrom, scope: Scope) -> str:
    outside, name = machine.modules.outside, node.module if not node.level else None
    if name is not None and name in outside:
        for alias in node.names:
            dotted = f"{name}.{alias.name}"
            value = outside[dotted] if dotted in outside else imported(machine, dotted.split("."))
            if alias.name != "*":
                scope.bind(alias.asname or alias.name, value)
        return ""
    names = absolute(scope.module, node.module, node.level)
    owner = imported(machine, names)
    for alias in node.names:
        if alias.name != "*":
            scope.bind(alias.asname or alias.name, member(machine, owner, alias.name, names))
        elif isinstance(owner, Module):
            for name in _exported(owner):
                scope.bind(name, owner.scope.variables[name])
    return ""


def _exported(module: Module) -> list[str]:
    named = module.scope.variables.get("__all__")
    names = named if isinstance(named, (list, tuple)) else list(module.scope.variables)
    public = (name for name in names if isinstance(name, str) and (named is not None or not name.startswith("_")))
    return [name for name in public if name in module.scope.variables]


def _global(machine: Machine, node: ast.Global, scope: Scope) -> str:
    scope.globals.update(node.names)
    return ""


def _assert(machine: Machine, node: ast.Assert, scope: Scope) -> str:
    machine.evaluate(node.test, scope)
    return ""


def _loop_control(machine: Machine, node: ast.stmt, scope: Scope) -> str:
    return type(node).__name__.lower()


_TABLE: dict[type[ast.stmt], Callable[..., str]] = {
    ast.Expr: _expression,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.Return: _return,
    ast.Raise: _raise,
    ast.If: _if,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.While: _while,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Try: _try,
    ast.Match: _match,
    ast.Import: _import,
    ast.ImportFrom: _import_from,
    ast.Global: _global,
    ast.Assert: _assert,
    ast.Break: _loop_control,
    ast.Continue: _loop_control,
    ast.FunctionDef: define_function,
    ast.AsyncFunctionDef: define_function,
    ast.ClassDef: define_class,
}
if hasattr(ast, "TryStar"):
    _TABLE[ast.TryStar] = _try
