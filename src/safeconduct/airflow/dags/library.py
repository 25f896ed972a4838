"""Functions and classes from outside the folder whose meaning is known."""

from __future__ import annotations

import os
import re
import textwrap
from functools import lru_cache, partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from safeconduct.airflow.dags.builtin import BUILTINS
from safeconduct.airflow.dags.contexts import make_dag, make_group
from safeconduct.airflow.dags.database import call_database, opens_database
from safeconduct.airflow.dags.decorators import decorate, is_taskflow
from safeconduct.airflow.dags.found import WHEN_IT_RUNS
from safeconduct.airflow.dags.holes import Hole
from safeconduct.airflow.dags.hooks import doubtful_method, make_hook
from safeconduct.airflow.dags.methods import text_of
from safeconduct.airflow.dags.operators import call_operator, is_operator
from safeconduct.airflow.dags.values import (
    Arguments,
    Either,
    External,
    Function,
    Handle,
    OpenFile,
    Partial,
    Unknown,
    either,
)

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable

    from safeconduct.airflow.dags.machine import Machine
    from safeconduct.airflow.dags.scope import Scope


# A folder calls the same few things again and again.
@lru_cache(4096)
def meaning(name: str) -> Callable[..., object]:
    """What tells the outcome of a call of something from outside, by its dotted name."""
    plain, last = name.removeprefix("builtins."), name.rpartition(".")[2]
    for table, key in ((_FUNCTIONS, plain), (BUILTINS, plain), (_BY_LAST_NAME, last)):
        if key in table:
            return table[key]
    return partial(_operator, last) if is_operator(last) else _by_shape(External(name))


def _operator(name: str, machine: Machine, arguments: Arguments, node: ast.Call, scope: Scope) -> object:
    return call_operator(machine, name, arguments, node, scope)


def _by_shape(callee: External) -> Callable[..., object]:
    owner, _, last = callee.name.rpartition(".")
    if is_taskflow(callee.name):
        return partial(_taskflow, callee)
    if last == "partial" and is_operator(owner):
        return partial(_partial_of, External(owner))
    if last.endswith("Hook") and last != "get_hook":
        return partial(_hook, last)
    if opens_database(callee):
        return partial(call_database, callee)
    return partial(_unknown_method, External(owner), last) if owner and owner != "builtins" else _unknown_call


def _taskflow(callee: External, machine: Machine, arguments: Arguments, node: ast.Call, scope: Scope) -> object:
    first = arguments.get(0, "python_callable")
    return decorate(first, first, callee) if isinstance(first, Function) else _partial_of(callee, machine, arguments)


def _partial_of(callee: External, machine: Machine, arguments: Arguments, *_: object) -> object:
    return Partial(callee, tuple(arguments.positional), arguments.keywords)


def _hook(name: str, machine: Machine, arguments: Arguments, node: ast.Call, scope: Scope) -> object:
    return make_hook(name, arguments, node)


def _unknown_method(
    owner: External, name: str, machine: Machine, arguments: Arguments, node: ast.Call, scope: Scope
) -> object:
    return doubtful_method(machine, owner, name, arguments, node, scope)


def _unknown_call(machine: Machine, arguments: Arguments, node: ast.Call, scope: Scope) -> object:
    return Unknown(node, WHEN_IT_RUNS)


def _dag(machine: Machine, arguments: Arguments, node: ast.Call, scope: Scope) -> object:
    return make_dag(machine, arguments.keywords, arguments.get(0, "dag_id"), scope.module.path)


def _group(machine: Machine, arguments: Arguments, node: ast.Call, scope: Scope) -> object:
    return make_group(machine, arguments.get(0, "group_id"), arguments.keywords)


def _param(machine: Machine, arguments: Arguments, node: ast.Call, scope: Scope) -> object:
    return arguments.get(0, "default", default=Unknown(node, "the parameter has no default"))


def _setting(kind: str) -> Callable[..., object]:
    """A variable of Airflow or of the environment: its default, if it has one, is an assumption to be told."""

    def read(machine: Machine, arguments: Arguments, node: ast.Call, scope: Scope) -> object:
        default = arguments.get(1, "default_var", "default", "fallback")
        unknown = Unknown(node, f"{kind} is set outside the DAG files")
        if not isinstance(default, str) or arguments.keywords.get("deserialize_json"):
            return unknown
        hole = Hole(unknown.what, f"{kind} may be set outside the DAG files", default=default)
        return machine.holes.mark(hole)

    return read


def _path(machine: Machine, arguments: Arguments, node: ast.Call, scope: Scope) -> object:
    parts = arguments.positional
    if any(isinstance(part, Either) for part in parts):
        return Unknown(node, WHEN_IT_RUNS)
    return PurePosixPath(*(machine.text(part) for part in parts))


def _open(machine: Machine, arguments: Arguments, node: ast.Call, scope: Scope) -> object:
    mode = arguments.get(1, "mode")
    path = arguments.get(0, "file")
    if (isinstance(mode, str) and re.search("[wax]", mode)) or isinstance(path, Either):
        return Unknown(node, "it is a file opened for writing")
    return OpenFile(machine.text(path))


def _os_path(name: str) -> Callable[..., object]:
    def compute(machine: Machine, arguments: Arguments, node: ast.Call, scope: Scope) -> object:
        if any(isinstance(part, Either) for part in arguments.positional):
            return Unknown(node, WHEN_IT_RUNS)
        function = getattr(os.path, {"abspath": "normpath", "realpath": "normpath"}.get(name, name))
        return function(*[machine.text(part) for part in arguments.positional] or [""])

    return compute


def _dedent(machine: Machine, arguments: Arguments, node: ast.Call, scope: Scope) -> object:
    text = arguments.get(0, "text")
    texts = text.values if isinstance(text, Either) else (text,)
    return either([textwrap.dedent(one) if isinstance(one, str) else one for one in texts])


def _first(machine: Machine, arguments: Arguments, node: ast.Call, scope: Scope) -> object:
    """Something that stands for its first argument: text(...), SQL(...), closing(...), literal(...)."""
    return arguments.get(0, "text", "thing", default=Unknown(node, WHEN_IT_RUNS))


def _partial(machine: Machine, arguments: Arguments, node: ast.Call, scope: Scope) -> object:
    return Partial(arguments.get(0), tuple(arguments.positional[1:]), arguments.keywords)


def _identifier(machine: Machine, arguments: Arguments, node: ast.Call, scope: Scope) -> object:
    quoted = ('"' + machine.text(one).replace('"', '""') + '"' for one in arguments.positional)
    return ".".join(quoted)


def _get_connection(machine: Machine, arguments: Arguments, node: ast.Call, scope: Scope) -> object:
    return Handle("airflow", "Connection", arguments.get(0, "conn_id"))


def _get_hook(machine: Machine, arguments: Arguments, node: ast.Call, scope: Scope) -> object:
    return Handle("hook", "DbApiHook", arguments.get(0, "conn_id"))


def _read_file(machine: Machine, arguments: Arguments, node: ast.Call, scope: Scope) -> object:
    return text_of(machine, machine.text(arguments.get(0)), node)


def _thread(machine: Machine, arguments: Arguments, node: ast.Call, scope: Scope) -> object:
    """What another thread or an executor is asked to call."""
    given = arguments.keywords.get("args")
    target = arguments.keywords.get("target")
    if target is not None:
        machine.call(target, Arguments(list(given) if isinstance(given, (list, tuple)) else []), node, scope)
    return Unknown(node, WHEN_IT_RUNS)


_FUNCTIONS: dict[str, Callable[..., object]] = {
    "open": _open,
    "io.open": _open,
    "pathlib.Path": _path,
    "pathlib.PurePath": _path,
    "pathlib.PosixPath": _path,
    **{
        f"os.path.{name}": _os_path(name) for name in ("join", "dirname", "basename", "abspath", "realpath", "normpath")
    },
    "textwrap.dedent": _dedent,
    "inspect.cleandoc": _dedent,
    "functools.partial": _partial,
    "os.environ.get": _setting("the environment variable"),
    "os.getenv": _setting("the environment variable"),
    "contextlib.closing": _first,
    "contextlib.nullcontext": _first,
    "threading.Thread": _thread,
    "typing.cast": lambda machine, arguments, node, scope: arguments.get(1),
    "psycopg2.sql.Identifier": _identifier,
    "psycopg.sql.Identifier": _identifier,
    **{f"{driver}.sql.SQL": _first for driver in ("psycopg2", "psycopg")},
    **{f"{driver}.sql.Placeholder": lambda *_: "%s" for driver in ("psycopg2", "psycopg")},
    **{f"{driver}.sql.Composed": _first for driver in ("psycopg2", "psycopg")},
    "sqlalchemy.text": _first,
    "sqlalchemy.sql.text": _first,
    "sqlalchemy.sql.expression.text": _first,
}
_BY_LAST_NAME: dict[str, Callable[..., object]] = {
    "DAG": _dag,
    "TaskGroup": _group,
    "Param": _param,
    "get_connection": _get_connection,
    "get_connection_from_secrets": _get_connection,
    "get_hook": _get_hook,
}


def _variable(machine: Machine, arguments: Arguments, node: ast.Call, scope: Scope) -> object:
    return _setting("the variable")(machine, arguments, node, scope)


_FUNCTIONS.update(
    {
        f"{place}.Variable.get": _variable
        for place in ("airflow.models", "airflow.models.variable", "airflow.sdk", "airflow.sdk.definitions.variable")
    }
)
