"""Attributes of values."""

from __future__ import annotations

import ast
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from safeconduct.airflow.dags.modules import Module, Package, imported, member
from safeconduct.airflow.dags.values import (
    MISSING,
    Arguments,
    Bound,
    ClassValue,
    DagValue,
    Either,
    External,
    Function,
    Handle,
    Instance,
    Method,
    Super,
    Unknown,
    either,
)

if TYPE_CHECKING:
    from safeconduct.airflow.dags.machine import Machine
    from safeconduct.airflow.dags.scope import Scope


def attribute(machine: Machine, value: object, name: str, node: ast.expr, scope: Scope) -> object:
    """`value.name`."""
    if type(value) is External:
        return External(f"{value.name}.{name}")
    if type(value) is Unknown or type(value) is str:
        return Method(value, name)
    if type(value) is Handle:
        return _of_handle(value, name)
    if isinstance(value, Either):
        return either([attribute(machine, one, name, node, scope) for one in value.values])
    if isinstance(value, Instance):
        return _of_instance(machine, value, name, node, scope)
    if isinstance(value, (Module, Package)):
        return _of_module(machine, value, name)
    if isinstance(value, ClassValue):
        found = value.find(name)
        return Method(value, name) if found is MISSING else found
    if isinstance(value, Super):
        return _of_super(value, name)
    return _of_other(value, name)


def _of_handle(value: Handle, name: str) -> object:
    if name in {"connection", "conn", "engine"}:
        return Handle("connection" if value.kind != "engine" else "engine", value.name, value.conn_id, value.database)
    return value.conn_id if value.kind == "airflow" and name == "conn_id" else Method(value, name)


def _of_other(value: object, name: str) -> object:
    if isinstance(value, PurePosixPath):
        return _of_path(value, name)
    if isinstance(value, DagValue):
        known = {"dag_id": value.dag_id, "default_args": value.default_args, "params": value.params}
        return known.get(name, Method(value, name))
    return Method(value, name)


def _of_module(machine: Machine, value: Module | Package, name: str) -> object:
    names = value.names if isinstance(value, Package) else module_names(value)
    if isinstance(value, Module):
        found = value.scope.variables.get(name, MISSING)
        if found is not MISSING:
            return found
        if not value.path.endswith("__init__.py"):
            return member(machine, value, name, names)
    return imported(machine, [*names, name])


def module_names(module: Module) -> list[str]:
    """The names by which the module is imported."""
    names = module.path.removesuffix(".py").split("/")
    return names[:-1] if names[-1] == "__init__" else names


def _of_instance(machine: Machine, value: Instance, name: str, node: ast.expr, scope: Scope) -> object:
    if name in value.attributes:
        return value.attributes[name]
    found = value.cls.find(name)
    if isinstance(found, Function):
        if found.kind == "property":
            return machine.call(Bound(found, value), Arguments(), _as_call(node), scope)
        return found if found.kind == "staticmethod" else Bound(found, value)
    if found is not MISSING:
        return found
    if name in value.base_arguments:
        return value.base_arguments[name]
    return Method(value, name)


def _as_call(node: ast.expr) -> ast.Call:
    return ast.copy_location(ast.Call(node, [], []), node)


def _of_super(value: Super, name: str) -> object:
    found = value.receiver.cls.find(name, after=value.owner)
    return Bound(found, value.receiver) if isinstance(found, Function) else Method(value, name)


def _of_path(value: PurePosixPath, name: str) -> object:
    if name in {"parent", "name", "stem", "suffix"}:
        return getattr(value, name)
    return list(value.parents) if name == "parents" else Method(value, name)


def as_value(value: object, node: ast.AST) -> object:
    """A method that is not called is an attribute, and that of an unknown value is unknown."""
    if not isinstance(value, Method):
        return value
    receiver = value.receiver
    if isinstance(receiver, Handle) and receiver.kind == "airflow":
        return Unknown(node, f"it is a field of the connection {receiver.conn_id}", receiver.conn_id)
    if isinstance(receiver, Unknown):
        return Unknown(node, receiver.why, receiver.conn_id)
    if isinstance(receiver, Handle):
        return value
    if isinstance(receiver, str) and value.name == "value":  # the member of an Enum
        return receiver
    return Unknown(node, "it is known only when the DAG runs")
