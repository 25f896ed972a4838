"""Objects of the folder's classes, those that extend operators and hooks among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.airflow.dags.contexts import task_name
from safeconduct.airflow.dags.functions import call_function
from safeconduct.airflow.dags.hooks import hook_method, hook_of_instance
from safeconduct.airflow.dags.operators import is_operator, record_operator, settings
from safeconduct.airflow.dags.templates_of import load_attributes
from safeconduct.airflow.dags.values import (
    FIELDS,
    Arguments,
    ClassValue,
    DagValue,
    Function,
    Instance,
    Super,
    Unknown,
)

if TYPE_CHECKING:
    import ast

    from safeconduct.airflow.dags.machine import Machine
    from safeconduct.airflow.dags.scope import Scope
    from safeconduct.airflow.dags.values import Method

_RUNS = ("execute", "poke", "choose_branch")


def instantiate(machine: Machine, cls: ClassValue, arguments: Arguments, node: ast.Call, scope: Scope) -> object:
    """The object; an operator's task is executed too, as far as it can be told."""
    instance = Instance(cls)
    cls.sample = instance
    init = cls.find("__init__")
    operator = is_operator(cls.external)
    if operator:
        arguments = _with_defaults(machine, arguments, init)
    if isinstance(init, Function):
        _initialize(machine, instance, init, arguments, operator)
    else:
        instance.base_arguments.update(arguments.keywords)
        _fields(instance, cls, arguments)
    if operator:
        instance.base_arguments = {**settings(machine, arguments), **instance.base_arguments}
        _perform(machine, instance, node, scope)
    return instance


def _initialize(machine: Machine, instance: Instance, init: Function, arguments: Arguments, operator: bool) -> None:
    if operator:
        # Whatever the class makes of its arguments, the base class gets these under their own names.
        instance.base_arguments.update({k: v for k, v in arguments.keywords.items() if k in _PASSED_ON})
    call_function(machine, init, arguments, instance)


_CONTEXT = Unknown("context", "it is the context of the run")
_PASSED_ON = ("task_id", "dag", "params", "task_group", "template_searchpath")


def _fields(instance: Instance, cls: ClassValue, arguments: Arguments) -> None:
    """A class without `__init__` of its own: a dataclass, or one that its outside base initializes."""
    if cls.external in {"", "object", "NamedTuple", "BaseModel"}:
        names = cls.find(FIELDS)
        instance.attributes.update(zip(names if isinstance(names, list) else (), arguments.positional, strict=False))
        instance.attributes.update(arguments.keywords)


def _with_defaults(machine: Machine, arguments: Arguments, init: object) -> Arguments:
    names = _parameter_names(init.node.args) if isinstance(init, Function) else set()
    defaults = settings(machine, arguments)
    wanted = {name: value for name, value in defaults.items() if name in names or not isinstance(init, Function)}
    return Arguments(arguments.positional, {**wanted, **arguments.keywords}, arguments.is_loose)


def _parameter_names(given: ast.arguments) -> set[str]:
    return {one.arg for one in (*given.args, *given.kwonlyargs)}


def _perform(machine: Machine, instance: Instance, node: ast.Call, scope: Scope) -> None:
    dag = instance.base_arguments.get("dag")
    if isinstance(dag, DagValue):
        machine.dags.append(dag)
    current = machine.dags[-1].dag_id if machine.dags else None
    machine.tasks.append((current, task_name(machine, instance.base_arguments.get("task_id"))))
    try:
        runs = [one for name in _RUNS if isinstance(one := instance.cls.find(name), Function)]
        load_attributes(machine, instance)
        for one in runs:
            call_function(machine, one, Arguments([_CONTEXT]), instance)
        if not runs:
            record_instance(machine, instance, node, scope)
    finally:
        machine.tasks.pop()
        if isinstance(dag, DagValue):
            machine.dags.pop()


def record_instance(machine: Machine, instance: Instance, node: ast.Call, scope: Scope) -> None:
    """Record what the outside base class does with what the object holds by now."""
    given = {**instance.base_arguments, **_class_constants(instance.cls), **instance.attributes}
    given = {name: value for name, value in given.items() if value is not None}
    record_operator(machine, instance.cls.external, Arguments([], given), node, scope, name=instance.cls.name)


def _class_constants(cls: ClassValue) -> dict[str, object]:
    found: dict[str, object] = {}
    for one in reversed(cls.lineage()):
        if isinstance(one, ClassValue):
            plain = {name: value for name, value in one.attributes.items() if isinstance(value, (str, list, dict))}
            found.update({name: value for name, value in plain.items() if not name.startswith("template_")})
    return found


def base_method(machine: Machine, method: Method, arguments: Arguments, node: ast.Call, scope: Scope) -> object:
    """A method that only the base class from outside has."""
    receiver = method.receiver
    instance = receiver.receiver if isinstance(receiver, Super) else receiver
    assert isinstance(instance, Instance)
    if isinstance(receiver, Super) and method.name == "__init__":
        instance.base_arguments.update(arguments.keywords)
        return None
    if is_operator(instance.cls.external):
        return _operator_method(machine, instance, method, node, scope)
    hook = hook_of_instance(instance)
    if hook is not None:
        return hook_method(machine, hook, method.name, arguments, node, scope)
    return Unknown(node, "its class has no such method in the folder")


def _operator_method(machine: Machine, instance: Instance, method: Method, node: ast.Call, scope: Scope) -> object:
    if method.name in _RUNS and isinstance(method.receiver, Super):
        record_instance(machine, instance, node, scope)
    elif method.name in {"get_db_hook", "get_hook", "_get_hook"}:
        return hook_of_instance(instance, of_operator=True)
    elif method.name in {"partial", "override"}:
        return instance
    return Unknown(node, "it is known only when the DAG runs")
