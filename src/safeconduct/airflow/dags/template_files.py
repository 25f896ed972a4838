"""Files that DAGs read: templates by name, and texts by path; never one from outside the project."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from safeconduct.airflow.dags.budget import LARGEST_FILE
from safeconduct.airflow.dags.holes import MARK, has_holes
from safeconduct.airflow.dags.values import Unknown
from safeconduct.airflow.plain_file import read_plain

if TYPE_CHECKING:
    from safeconduct.airflow.dags.jinja import JinjaContext
    from safeconduct.airflow.dags.machine import Machine

_SQL_SUFFIXES = (".sql", ".hql", ".ddl", ".dml", ".psql", ".pgsql", ".j2", ".jinja", ".tmpl")


def load_template(machine: Machine, name: str, context: JinjaContext) -> tuple[str, str] | Unknown:
    """The text of a template and its path: from the DAG's own folder, then the places that the DAG names."""
    if has_holes(name):
        hole = machine.holes.within(name)[0]
        return Unknown(hole.what, f"its name is known only in part, as {hole.why}")
    for place in (*context.places, machine.modules.folder):
        found = read_text(machine, os.path.join(place, name.lstrip("/")) if not os.path.isabs(name) else name)
        if found is not None:
            return found
    return Unknown(name, "no such file is in the DAG's folder or in a place that the DAG names for templates")


def read_text(machine: Machine, path: str) -> tuple[str, str] | None:
    """The text of the file at the path and the path as told, if it is a readable file of the project."""
    if path not in machine.asked:
        machine.asked[path] = _first_of(machine, path)
    return machine.asked[path]


def _first_of(machine: Machine, path: str) -> tuple[str, str] | None:
    folder = machine.modules.folder
    for candidate in _candidates(folder, path):
        if candidate not in machine.texts:
            machine.texts[candidate] = _read(folder, candidate)
        text = machine.texts[candidate]
        if text is not None:
            return text, os.path.relpath(candidate, folder)
    return None


def _candidates(folder: str, path: str) -> list[str]:
    project = os.path.dirname(folder)
    found = []
    if not has_holes(path):
        found = [path] if os.path.isabs(path) else [os.path.join(folder, path), os.path.join(project, path)]
    # A path of the deployment, such as /opt/airflow/dags/sql/load.sql: its end is looked for in this folder.
    for head, root in (("dags", folder), (os.path.basename(folder), folder), ("include", f"{project}/include")):
        tail = path.rpartition(f"/{head}/")[2] if f"/{head}/" in path else ""
        if tail and not has_holes(tail):
            found.append(os.path.join(root, tail))
    return [os.path.normpath(one) for one in found]


def _read(folder: str, path: str) -> str | None:
    try:
        real, home = os.path.realpath(path), os.path.realpath(folder)
        if not (_is_below(real, home) or (_is_below(real, os.path.dirname(home)) and real.endswith(_SQL_SUFFIXES))):
            return None
        text = read_plain(real, LARGEST_FILE).decode("utf-8-sig", "replace")
    except (OSError, ValueError):
        return None
    return re.sub(r"\r\n?", "\n", MARK.sub("\N{REPLACEMENT CHARACTER}", text))


def _is_below(path: str, folder: str) -> bool:
    return path.startswith(folder.rstrip("/") + "/")
