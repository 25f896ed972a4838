"""What a `with` block means: a DAG or a task group for what is in it, a connection or a file to use there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.airflow.dags.values import DagValue, Group

if TYPE_CHECKING:
    from safeconduct.airflow.dags.machine import Machine


def enter(machine: Machine, value: object) -> object:
    """Begin the block; what stands after `as`."""
    if isinstance(value, DagValue):
        machine.dags.append(value)
    elif isinstance(value, Group):
        machine.groups.append(value)
    return value


def leave(machine: Machine, value: object) -> None:
    """End the block."""
    if isinstance(value, DagValue) and value in machine.dags:
        machine.dags.remove(value)
    elif isinstance(value, Group) and value in machine.groups:
        machine.groups.remove(value)


def make_dag(machine: Machine, keywords: dict[str, object], dag_id: object, path: str) -> DagValue:
    """The DAG that these arguments describe, in the file at the path."""
    search = keywords.get("template_searchpath")
    places = search if isinstance(search, (list, tuple)) else [search] if search is not None else []
    folder = path.rpartition("/")[0]
    return DagValue(
        dag_id if isinstance(dag_id, str) else None,
        _named(keywords.get("default_args")),
        _named(keywords.get("params")),
        _named(keywords.get("user_defined_macros")),
        [str(place) for place in places if isinstance(place, str) or hasattr(place, "as_posix")],
        f"{machine.modules.folder}/{folder}" if folder else machine.modules.folder,
    )


def make_group(machine: Machine, group_id: object, keywords: dict[str, object]) -> Group:
    """The task group that these arguments describe, within those that are open."""
    outer = machine.groups[-1] if machine.groups else Group("", {})
    prefixes = keywords.get("prefix_group_id", True) is not False and isinstance(group_id, str)
    prefix = f"{outer.prefix}{group_id}." if prefixes else outer.prefix
    return Group(prefix, {**outer.default_args, **_named(keywords.get("default_args"))})


def task_name(machine: Machine, task_id: object) -> str | None:
    """The id of a task with those of the groups around it."""
    if not isinstance(task_id, str):
        return None
    return f"{machine.groups[-1].prefix}{task_id}" if machine.groups else task_id


def _named(value: object) -> dict[str, object]:
    return {key: one for key, one in value.items() if isinstance(key, str)} if isinstance(value, dict) else {}
