"""Decorators: those of Airflow's TaskFlow, and Python's own; any other is taken to leave the function as it is."""

from __future__ import annotations

import re

from safeconduct.airflow.dags.values import External, Function, Partial

# airflow.decorators in Airflow 2, airflow.sdk in 3; `task.branch` and its like are tasks too.
_TASKFLOW = re.compile(r"airflow\.(?:decorators|sdk)(?:\..+)?\.(?P<kind>task|dag|task_group|setup|teardown)\b[.\w]*$")
_PYTHON = {"staticmethod", "classmethod", "property", "cached_property", "contextmanager"}


def decorate(function: Function, value: object, decorator: object) -> object:
    """The value after the decorator."""
    options: dict[str, object] = {}
    positional: tuple[object, ...] = ()
    if isinstance(decorator, Partial):
        options, positional, decorator = decorator.keywords, decorator.positional, decorator.callee
    if not isinstance(decorator, External):
        return value
    taskflow = _TASKFLOW.match(decorator.name)
    if taskflow is not None:
        kind = taskflow["kind"]
        function.kind = kind if kind in {"dag", "task_group"} else "task"
        names = {"dag": "dag_id", "task_group": "group_id"}
        first = {names.get(kind, "python_callable"): positional[0]} if positional else {}
        sql = {"is_sql": True} if decorator.last == "sql" else {}
        function.options = {**function.options, **first, **options, **sql}
    elif decorator.last in _PYTHON and not function.kind:
        function.kind = "property" if decorator.last == "cached_property" else decorator.last
    return value


def is_taskflow(name: str) -> bool:
    """Whether a call of what has this name gives a decorator of TaskFlow."""
    return _TASKFLOW.match(name) is not None
