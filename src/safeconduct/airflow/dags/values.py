"""What an expression can be worth to a reader who runs nothing.

Texts, numbers, lists, tuples, dicts and paths are Python's own; the classes below are for everything else. Nothing
changes one that has no `field`; they are not frozen, as a large folder makes hundreds of thousands of them and a frozen
one takes three times as long to make.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from safeconduct.airflow.dags.modules import Module
    from safeconduct.airflow.dags.scope import Scope

_LONGEST = 80


@dataclass(eq=False, slots=True)
class Unknown:
    """A value that the source does not tell. `conn_id` is the connection of which it is a field, if it is one."""

    source: ast.AST | str
    why: str
    conn_id: object = None
    sample: str = ""

    @property
    def what(self) -> str:
        """The expression, shortened, on one line."""
        return self.source if isinstance(self.source, str) else source_of(self.source)


@dataclass(eq=False, slots=True)
class Either:
    """One of several values; which one is decided when the DAG runs."""

    values: tuple[object, ...]


@dataclass(eq=False, slots=True)
class External:
    """Something imported from outside the folder, or a builtin, by its dotted name."""

    name: str

    @property
    def last(self) -> str:
        """The last part of the name."""
        return self.name.rpartition(".")[2]


@dataclass(eq=False)
class Function:
    """A function of the folder. `decorator` is task, dag or task_group, with its arguments."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    scope: Scope
    module: Module
    defaults: dict[str, object]
    owner: ClassValue | None = None
    kind: str = ""
    options: dict[str, object] = field(default_factory=dict)
    called: int = 0

    @property
    def name(self) -> str:
        """Its name."""
        return "lambda" if isinstance(self.node, ast.Lambda) else self.node.name


@dataclass(eq=False)
class ClassValue:
    """A class of the folder, with its bases and the attributes that its body gives it."""

    name: str
    bases: tuple[object, ...]
    attributes: dict[str, object]
    module: Module
    sample: Instance | None = None

    def lineage(self, depth: int = 0) -> list[object]:
        """The class and its bases, depth first, which is the order of lookup but for diamonds."""
        found: list[object] = [self]
        for base in self.bases:
            found.extend(base.lineage(depth + 1) if isinstance(base, ClassValue) and depth < 20 else [base])
        return found

    def find(self, name: str, after: ClassValue | None = None) -> object:
        """The attribute of that name, `MISSING` if no class of the folder has it."""
        lineage = self.lineage()
        start = lineage.index(after) + 1 if after in lineage else 0
        for one in lineage[start:]:
            if isinstance(one, ClassValue) and name in one.attributes:
                return one.attributes[name]
        return MISSING

    @property
    def external(self) -> str:
        """The last name of the first base that is not of the folder; empty if there is none."""
        return next((one.last for one in self.lineage() if isinstance(one, External)), "")


@dataclass(eq=False)
class Instance:
    """An object of a class of the folder. `base_arguments` are what its outside base class was given."""

    cls: ClassValue
    attributes: dict[str, object] = field(default_factory=dict)
    base_arguments: dict[str, object] = field(default_factory=dict)


@dataclass(eq=False, slots=True)
class Bound:
    """A function with its first argument."""

    function: Function
    receiver: object


@dataclass(eq=False, slots=True)
class Super:
    """What `super()` is within a method of the class."""

    receiver: Instance
    owner: ClassValue | None


@dataclass(eq=False, slots=True)
class Method:
    """A method of a value that is not of the folder's own making."""

    receiver: object
    name: str


@dataclass(eq=False, slots=True)
class Partial:
    """A callable with some of its arguments: functools.partial, Operator.partial, task.partial."""

    callee: object
    positional: tuple[object, ...]
    keywords: dict[str, object]


@dataclass(eq=False, slots=True)
class Handle:
    """A way to the database: `kind` is hook, connection, cursor, engine or airflow (an Airflow connection)."""

    kind: str
    name: str
    conn_id: object
    database: object = None
    schema: object = None


@dataclass(eq=False)
class DagValue:
    """A DAG: what its tasks get from it."""

    dag_id: str | None
    default_args: dict[str, object]
    params: dict[str, object]
    macros: dict[str, object]
    searchpath: list[str]
    folder: str


@dataclass(eq=False, slots=True)
class Group:
    """A task group: what it puts before the ids of its tasks, and its own default arguments."""

    prefix: str
    default_args: dict[str, object]


@dataclass(eq=False, slots=True)
class OpenFile:
    """A file opened for reading."""

    path: str


@dataclass(eq=False, slots=True)
class Arguments:
    """What a call is given. `is_loose` where there is more that the source does not tell."""

    positional: list[object] = field(default_factory=list)
    keywords: dict[str, object] = field(default_factory=dict)
    is_loose: bool = False

    def get(self, position: int, *names: str, default: object = None) -> object:
        """The argument at the position (-1: by name only) or under the first of the names that is given."""
        if 0 <= position < len(self.positional):
            return self.positional[position]
        for name in names:
            if name in self.keywords:
                return self.keywords[name]
        return default


MISSING = External("missing")
FIELDS = "__annotated__"  # the names that a class body annotates, in order, as a dataclass takes them


def source_of(node: ast.AST) -> str:
    """The source of an expression, shortened, on one line."""
    try:
        text = " ".join(ast.unparse(node).split())
    except (RecursionError, ValueError):
        text = "a deeply nested expression"
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


def alternatives(value: object) -> tuple[object, ...]:
    """What the value may be."""
    return value.values if isinstance(value, Either) else (value,)


def either(values: list[object], most: int = 8) -> object:
    """One value of these, each once."""
    flat: list[object] = []
    for value in values:
        for one in alternatives(value):
            if not any(one is other or (type(one) is type(other) and _same(one, other)) for other in flat):
                flat.append(one)
    if len(flat) == 1:
        return flat[0]
    if len(flat) > most:
        return Unknown("", f"it may be any of more than {most} values, as conditions fall out when the DAG runs")
    return Either(tuple(flat))


def _same(one: object, other: object) -> bool:
    return isinstance(one, (str, int, float, bool, type(None))) and one == other
