"""Reading a folder: which file when, and what is made of it all."""

from __future__ import annotations

import gc
import os
import warnings
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from safeconduct.airflow.dags.folder import find_files
from safeconduct.airflow.dags.found import DagSql
from safeconduct.airflow.dags.machine import Machine
from safeconduct.airflow.dags.modules import Modules
from safeconduct.airflow.dags.source import Unparsed, read_content
from safeconduct.airflow.dags.sweep import call_the_uncalled, name_the_unreached

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from safeconduct.airflow.dags.folder import Files
    from safeconduct.airflow.dags.found import DagStatement, UnresolvedCall
    from safeconduct.airflow.dags.ignore import IgnoreSyntax


def read_dags(folder: str | Path, *, ignore_syntax: IgnoreSyntax | None = None) -> DagSql:
    """The SQL of all Python files below the folder. Nothing is imported or run.

    `ignore_syntax` is how `.airflowignore` is written, `[core] dag_ignore_file_syntax`; where it is not told, a file is
    passed over only if it is ignored either way. Paths in the answer are relative to the folder. Raises nothing: a
    folder or file that cannot be read is one of `unread`.
    """
    with _without_collections(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _read(os.path.abspath(folder), ignore_syntax)


@contextmanager
def _without_collections() -> Iterator[None]:
    """Look for no garbage meanwhile: syntax trees are many objects, all alive, so that it costs a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _read(root: str, ignore_syntax: IgnoreSyntax | None) -> DagSql:
    files = find_files(root, ignore_syntax)
    machine = Machine(Modules(root, files))
    for path in _relevant(machine, files):
        machine.renew()
        machine.run_module(machine.modules.open(path))
        machine.give_back()
    call_the_uncalled(machine)
    name_the_unreached(machine)
    machine.close()
    return _answer(machine, files)


def _relevant(machine: Machine, files: Files) -> list[str]:
    """The files that can send SQL: first those that Airflow would take for DAG files, then the others."""
    first, rest = list[str](), list[str]()
    for path in files.paths:
        try:
            content = read_content(machine.modules.folder, path)
        except Unparsed as error:
            files.unread.append(error.unread)
            continue
        lower = content.lower()
        if not files.concerns_sql(content, lower):
            continue
        # The test of Airflow's safe mode.
        (first if b"dag" in lower and b"airflow" in lower else rest).append(path)
        machine.modules.contents[path] = content
    return first + rest


def _answer(machine: Machine, files: Files) -> DagSql:
    statements = sorted(machine.record.statements.values(), key=_place)
    unresolved = sorted(machine.record.unresolved.values(), key=_place)
    unread = dict.fromkeys(replace(one) for one in files.unread)
    return DagSql(
        tuple(statements),
        tuple(unresolved),
        tuple(sorted(unread, key=lambda one: (one.location.file, one.location.line))),
        len(files.paths),
    )


def _place(found: DagStatement | UnresolvedCall) -> tuple[str, int]:
    return found.location.file, found.location.line
