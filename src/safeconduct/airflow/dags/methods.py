"""Methods of lists, dicts, paths, files, DAG values, and of what is unknown."""

from __future__ import annotations

import os
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from safeconduct.airflow.dags.found import WHEN_IT_RUNS
from safeconduct.airflow.dags.hooks import doubtful_method, hook_method
from safeconduct.airflow.dags.mapped import mapped_method
from safeconduct.airflow.dags.operations import contains_unknown
from safeconduct.airflow.dags.strings import string_method
from safeconduct.airflow.dags.template_files import read_text
from safeconduct.airflow.dags.values import (
    ClassValue,
    Function,
    Handle,
    OpenFile,
    Partial,
    Unknown,
    either,
)

if TYPE_CHECKING:
    import ast

    from safeconduct.airflow.dags.machine import Machine
    from safeconduct.airflow.dags.scope import Scope
    from safeconduct.airflow.dags.values import Arguments


def call_method(
    machine: Machine, receiver: object, name: str, arguments: Arguments, node: ast.Call, scope: Scope
) -> object:
    """`receiver.name(...)`."""
    if type(receiver) is Handle:
        return hook_method(machine, receiver, name, arguments, node, scope)
    if type(receiver) is Unknown:
        return doubtful_method(machine, receiver, name, arguments, node, scope)
    if isinstance(receiver, str):
        return string_method(machine, receiver, name, arguments.positional, arguments.keywords, node)
    if isinstance(receiver, list):
        return _list_method(receiver, name, arguments, node)
    if isinstance(receiver, dict):
        return _dict_method(machine, receiver, name, arguments, node)
    if isinstance(receiver, (Function, Partial, ClassValue)):
        return mapped_method(machine, receiver, name, arguments, node, scope)
    if isinstance(receiver, (PurePosixPath, OpenFile)):
        return _path_method(machine, receiver, name, arguments, node)
    return doubtful_method(machine, receiver, name, arguments, node, scope)


def _list_method(receiver: list[object], name: str, arguments: Arguments, node: ast.Call) -> object:
    first = arguments.get(0, "object")
    if len(receiver) > 5000:
        return Unknown(node, "the list is longer than 5,000")
    if name == "append":
        receiver.append(first)
    elif name == "extend" and isinstance(first, (list, tuple)):
        receiver.extend(list(first)[:5000])
    elif name == "insert" and isinstance(first, int) and len(arguments.positional) > 1:
        receiver.insert(first, arguments.positional[1])
    elif name == "copy":
        return list(receiver)
    elif name == "pop" and receiver and (first is None or first == 0):
        return receiver.pop(0 if first == 0 else -1)
    else:
        return Unknown(node, WHEN_IT_RUNS)
    return None


def _dict_method(
    machine: Machine, receiver: dict[object, object], name: str, arguments: Arguments, node: ast.Call
) -> object:
    if name in {"items", "keys", "values"}:
        return list(getattr(receiver, name)())
    if name in {"get", "pop", "setdefault"}:
        return _lookup(receiver, name, arguments, node)
    if name == "update":
        first = arguments.get(0)
        receiver.update(first if isinstance(first, dict) else {})
        receiver.update(arguments.keywords)
        return None
    return dict(receiver) if name == "copy" else Unknown(node, WHEN_IT_RUNS)


def _lookup(receiver: dict[object, object], name: str, arguments: Arguments, node: ast.Call) -> object:
    key, default = arguments.get(0), arguments.get(1, "default")
    if contains_unknown(key) or not isinstance(key, (str, int)):
        return either([*receiver.values(), default]) if len(receiver) <= 8 else Unknown(node, WHEN_IT_RUNS)
    found = receiver.get(key, default)
    if name == "pop":
        receiver.pop(key, None)
    elif name == "setdefault":
        receiver.setdefault(key, default)
    return found


def _path_method(
    machine: Machine, receiver: PurePosixPath | OpenFile, name: str, arguments: Arguments, node: ast.Call
) -> object:
    path = receiver.path if isinstance(receiver, OpenFile) else str(receiver)
    if name in {"read", "read_text"}:
        return text_of(machine, path, node)
    if name == "readlines":
        text = text_of(machine, path, node)
        return text.splitlines(keepends=True) if isinstance(text, str) else text
    if name == "open":
        return OpenFile(path)
    if name in {"resolve", "absolute", "expanduser"} and isinstance(receiver, PurePosixPath):
        return PurePosixPath(os.path.normpath(path))
    if name == "joinpath" and isinstance(receiver, PurePosixPath):
        return receiver.joinpath(*map(machine.text, arguments.positional))
    if name == "as_posix":
        return path
    return Unknown(node, WHEN_IT_RUNS)


def text_of(machine: Machine, path: str, node: ast.AST) -> object:
    """The text of a file of the project."""
    found = read_text(machine, path)
    if found is None:
        return Unknown(node, "the file that it reads is not among the project's files")
    return found[0]
