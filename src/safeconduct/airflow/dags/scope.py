"""Names and what they stand for, as Python nests them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.airflow.dags.values import Either, External, alternatives, either

if TYPE_CHECKING:
    from safeconduct.airflow.dags.modules import Module
    from safeconduct.airflow.dags.values import ClassValue


class Scope:
    """The variables of a module, a class body or a call. `receiver` is the `self` of a method."""

    __slots__ = ("globals", "is_class", "module", "owner", "parent", "receiver", "returns", "variables")

    def __init__(self, module: Module, parent: Scope | None = None, *, is_class: bool = False) -> None:
        self.module = module
        self.parent = parent
        self.is_class = is_class
        self.variables: dict[str, object] = {}
        self.returns: list[object] = []
        self.receiver: object = None
        self.owner: ClassValue | None = None
        self.globals: set[str] = set()

    def lookup(self, name: str) -> object:
        """What the name stands for here; a builtin, as something from outside, where nothing here has it."""
        scope: Scope | None = self
        while scope is not None:
            variables = scope.variables
            if name in variables:
                return variables[name]
            scope = scope.parent
        return External(f"builtins.{name}")

    def bind(self, name: str, value: object) -> None:
        """Let the name stand for the value."""
        scope = self
        if self.globals and name in self.globals:
            while scope.parent is not None:
                scope = scope.parent
        scope.variables[name] = value

    @property
    def for_functions(self) -> Scope:
        """The scope that functions defined here see: a class body is not seen."""
        return self.parent if self.is_class and self.parent is not None else self

    def method(self) -> Scope:
        """The innermost scope, this or an outer one, that has a `self`."""
        scope: Scope = self
        while scope.receiver is None and scope.parent is not None:
            scope = scope.parent
        return scope


def merge(scope: Scope, branches: list[dict[str, object]]) -> None:
    """Give the scope the variables of any of the branches."""
    merged: dict[str, object] = {}
    for name in dict.fromkeys(name for branch in branches for name in branch):
        values = [branch[name] for branch in branches if name in branch]
        first = values[0]
        merged[name] = first if all(value is first for value in values) else _join(values)
    scope.variables = merged


def _join(values: list[object]) -> object:
    joined = either(values)
    kept = [value for value in alternatives(joined) if value is not None]
    # A name that is None before the branch that sets it is the common way to declare it.
    return (kept[0] if len(kept) == 1 else Either(tuple(kept))) if kept and isinstance(joined, Either) else joined
