"""The state of one reading, and the three verbs of an interpreter that runs nothing: evaluate, execute, call."""

from __future__ import annotations

from ast import Constant, Name
from typing import TYPE_CHECKING

from safeconduct.airflow.dags import calling, statements
from safeconduct.airflow.dags.alternatives import is_plain
from safeconduct.airflow.dags.budget import DEEPEST_EXPRESSION, STEPS, STEPS_OF_FOLDER, Budget, Spent
from safeconduct.airflow.dags.expressions import TABLE as _EXPRESSIONS
from safeconduct.airflow.dags.expressions import unknown
from safeconduct.airflow.dags.holes import Hole, Holes
from safeconduct.airflow.dags.record import Record
from safeconduct.airflow.dags.values import Unknown

if TYPE_CHECKING:
    import ast
    from collections.abc import Sequence

    from safeconduct.airflow.dags.modules import Module, Modules
    from safeconduct.airflow.dags.scope import Scope
    from safeconduct.airflow.dags.values import Arguments, ClassValue, DagValue, Function, Group

_PLAIN = frozenset({int, float, bool, type(None)})


class Machine:
    """Interprets modules over values that may be unknown, and records the calls that send SQL."""

    def __init__(self, modules: Modules) -> None:
        self.modules = modules
        self.holes = Holes()
        self.record = Record()
        self.budget = Budget()
        self.left = STEPS_OF_FOLDER
        self.dags: list[DagValue] = []
        self.groups: list[Group] = []
        self.tasks: list[tuple[str | None, str | None]] = []
        self.functions: list[Function] = []
        self.classes: list[ClassValue] = []
        self.skipped: list[tuple[Module, Sequence[ast.stmt], str]] = []
        self.texts: dict[str, str | None] = {}  # of files, by their path
        self.asked: dict[str, tuple[str, str] | None] = {}  # the same with the path as told, by how it was asked for
        self.shown: dict[tuple[str, int], list[str]] = {}  # what templates show whatever their variables are
        self.doubts = 0  # how many unknown conditions what is executed now depends on

    def renew(self, steps: int = STEPS) -> None:
        """A budget for the next file or function, within what the whole folder may take."""
        self.budget = Budget(min(steps, self.left))
        self.left -= self.budget.steps

    def give_back(self) -> None:
        """Return what is left of the budget to the folder."""
        self.left += max(0, self.budget.steps)

    def close(self) -> None:
        """Part scopes, functions and modules, which hold each other, so that all is freed without a search for it."""
        for module in self.modules.known.values():
            module.scope.variables.clear()
        for function in self.functions:
            function.scope.variables.clear()

    def run_module(self, module: Module) -> None:
        """Execute the module's body unless that has begun already, which a cycle of imports is."""
        if module.is_begun or module.tree is None:
            return
        module.is_begun = True
        # What is needed of the tree is held by functions and unknown values; the rest is freed once it was run.
        body, module.tree = module.tree.body, None
        module.scope.variables["__file__"] = f"{self.modules.folder}/{module.path}"
        module.scope.variables["__name__"] = module.path.removesuffix(".py").replace("/", ".")
        kept, self.doubts = (self.dags, self.groups, self.tasks, self.doubts), 0
        self.dags, self.groups, self.tasks = [], [], []
        try:
            statements.execute_block(self, body, module.scope)
        except (Spent, RecursionError):
            self.skipped.append((module, body, "the file takes more work than one file may"))
        finally:
            self.dags, self.groups, self.tasks, self.doubts = kept

    def evaluate(self, node: ast.expr, scope: Scope) -> object:
        """What the expression is worth."""
        budget = self.budget
        steps = budget.steps = budget.steps - 1
        if steps < 0:
            raise Spent
        if type(node) is Name:
            return scope.lookup(node.id)
        if type(node) is Constant:
            value = node.value
            if value.isascii() if type(value) is str else type(value) in _PLAIN:
                return value
        depth = budget.depth
        if depth > DEEPEST_EXPRESSION:
            return Unknown("a deeply nested expression", "it nests too deeply to be followed")
        budget.depth = depth + 1
        try:
            return _EXPRESSIONS.get(type(node), unknown)(self, node, scope)
        finally:
            budget.depth = depth

    def call(self, callee: object, arguments: Arguments, node: ast.Call, scope: Scope) -> object:
        """What the call gives."""
        return calling.call(self, callee, arguments, node, scope)

    def execute(self, block: Sequence[ast.stmt], scope: Scope) -> str:
        """Execute the block; how it was left: empty at its end, or return, raise, break, continue."""
        return statements.execute_block(self, block, scope)

    def text(self, value: object) -> str:
        """The value as `str()` or a format would write it, with a hole where it is unknown."""
        if isinstance(value, (str, int, float)) or value is None:
            return str(value)
        return self._other_text(value)

    def _other_text(self, value: object) -> str:
        if isinstance(value, Unknown):
            return self.holes.mark(Hole(value.what, value.why, value.sample, None, value.conn_id))
        if isinstance(value, (list, tuple, dict)) and is_plain(value):
            return str(value)
        if hasattr(value, "as_posix"):
            return str(value)
        return self.holes.mark(Hole(type(value).__name__.lower(), "it is no text that can be told from the source"))
