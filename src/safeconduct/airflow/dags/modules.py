"""The folder's own modules: found by name as Airflow would import them, each read once."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from safeconduct.airflow.dags.scope import Scope
from safeconduct.airflow.dags.source import Unparsed, parse, read_content
from safeconduct.airflow.dags.values import External

if TYPE_CHECKING:
    import ast

    from safeconduct.airflow.dags.folder import Files
    from safeconduct.airflow.dags.machine import Machine


class Module:
    """A file of the folder and its variables, as far as they are known yet."""

    def __init__(self, path: str, tree: ast.Module | None) -> None:
        self.path = path
        self.tree = tree
        self.scope = Scope(self)
        self.is_begun = False

    @property
    def package(self) -> list[str]:
        """The names of the package in which it stands, from the folder on."""
        return self.path.split("/")[:-1]


class Modules:
    """All modules of one reading."""

    def __init__(self, folder: str, files: Files) -> None:
        self.folder = folder
        self.files = files
        self.known: dict[str, Module] = {}
        self.contents: dict[str, bytes] = {}
        self._found: dict[str, str | None] = {}
        self.outside: dict[str, External] = {}
        self._paths = set(files.paths)
        self._folders = _folders(files.paths)

    def open(self, path: str) -> Module:
        """The module at the path. One that cannot be parsed is empty, and named in `files.unread`."""
        module = self.known.get(path)
        if module is None:
            module = self.known[path] = Module(path, self._tree(path))
        return module

    def _tree(self, path: str) -> ast.Module | None:
        try:
            content = self.contents.pop(path, None)
            return parse(content if content is not None else read_content(self.folder, path), path)
        except Unparsed as error:
            self.files.unread.append(error.unread)
            return None

    def find(self, names: list[str]) -> str | None:
        """The path of the module of these names: from the folder on, or below the folder that the names begin with."""
        path = "/".join(names)
        if path not in self._found:
            self._found[path] = self._find(path, names)
        return self._found[path]

    def _find(self, path: str, names: list[str]) -> str | None:
        for candidate in (f"{path}.py", f"{path}/__init__.py"):
            if candidate in self._paths:
                return candidate
        # `dags.lib.sql`: the project's own folder is on the path too, in many deployments.
        if len(names) > 1 and names[0] == os.path.basename(self.folder):
            return self.find(names[1:])
        return None

    def from_outside(self, dotted: str) -> External:
        """What is imported under this name, which the folder does not have."""
        return self.outside.setdefault(dotted, External(dotted))

    def is_package(self, names: list[str]) -> bool:
        """Whether there is a folder of these names, with or without an `__init__.py`."""
        return "/".join(names) in self._folders


def _folders(paths: list[str]) -> set[str]:
    """All folders in which the paths are, those in between included."""
    found: set[str] = set()
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder and folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return found


def absolute(module: Module, name: str | None, level: int) -> list[str]:
    """The names that an import in the module means."""
    names = name.split(".") if name else []
    if not level:
        return names
    package = module.package
    return package[: len(package) - level + 1] + names


def imported(machine: Machine, names: list[str]) -> object:
    """The module of these names, run as far as it goes; something from outside where the folder has none."""
    dotted = ".".join(names)
    if (known := machine.modules.outside.get(dotted)) is not None:
        return known
    path = machine.modules.find(names)
    if path is None:
        return Package(names) if machine.modules.is_package(names) else machine.modules.from_outside(dotted)
    module = machine.modules.open(path)
    machine.run_module(module)
    return module


class Package:
    """A folder without an `__init__.py`."""

    def __init__(self, names: list[str]) -> None:
        self.names = names


def member(machine: Machine, owner: object, name: str, names: list[str]) -> object:
    """What `from owner import name` gives."""
    if isinstance(owner, Module):
        if name in owner.scope.variables:
            return owner.scope.variables[name]
        if owner.path.endswith("__init__.py"):
            found = imported(machine, [*names, name])
            if not isinstance(found, External):
                return found
        return External(".".join([*names, name]))
    return imported(machine, [*names, name])
