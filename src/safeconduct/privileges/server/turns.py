"""A text's statements in turn: which of them the server can tell of, and which are left to the static engine."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from safeconduct.privileges.placeholders import is_literal
from safeconduct.privileges.reading import FollowedPath
from safeconduct.privileges.server.asking import Untold
from safeconduct.privileges.server.named import named_in
from safeconduct.privileges.server.slicing import slices
from safeconduct.privileges.tree import everything, kind

if TYPE_CHECKING:
    from safeconduct.privileges.asked import Asked, SqlAsk
    from safeconduct.privileges.context import Context
    from safeconduct.privileges.server.answer import Answer
    from safeconduct.privileges.server.asking import Teller
    from safeconduct.privileges.server.slicing import Slice
    from safeconduct.privileges.tree import Node

_FOLLOWED = frozenset({"VariableSetStmt", "TransactionStmt", "DiscardStmt"})
"""Statements that decide how the ones after them are read: whoever reads only some must see these, too."""
NO_SERVER = "no server may be asked: the rewritten query comes into the server's log, so it needs consent or a shadow"


@dataclass
class Told:
    """What came out: the server's answers, the texts it answered, those left to the static engine, and why."""

    answers: list[Answer] = field(default_factory=list)
    why_not: list[str] = field(default_factory=list)
    by_server: list[SqlAsk] = field(default_factory=list)
    by_syntax: list[Asked] = field(default_factory=list)


class Turns:
    """Goes through one text. `teller` is None where no server may be asked."""

    def __init__(self, teller: Teller | None, context: Context, in_shadow: bool) -> None:
        self._teller = teller
        self._context = context
        self._in_shadow = in_shadow
        self._path = FollowedPath(context.search_path)
        self._role_known = True
        self._made: set[str] = set()
        self._prepared: dict[str, Slice] = {}

    def take(self, ask: SqlAsk, told: Told) -> None:
        """Ask about each statement. Raises SessionLost."""
        asked: list[Any] = []
        """Those that the server told of, and those that decide how they are read."""
        left: list[Any] = []
        literal = is_literal(ask.text)
        for number, part in enumerate(slices(ask), 1):
            outcome = self._outcome(part, literal)
            if isinstance(outcome, str):
                left.append(part.raw)
                told.why_not += [f"the server engine cannot tell of statement {number}: {outcome}"] if outcome else []
            else:
                told.answers.append(outcome)
                (left if part.leaves_more or outcome.leaves_more else asked).append(part.raw)
            if kind(part.node) in _FOLLOWED:
                asked.append(part.raw)
            self._after(part.node)
        if left or not asked or ask.unreadable:
            told.by_syntax.append(replace(ask, statements=tuple(left)))
        if len(left) < len(ask.statements):
            told.by_server.append(replace(ask, statements=tuple(asked)))

    def _outcome(self, part: Slice, literal: bool) -> Answer | str:
        """The server's answer, or why there is none: "" for statements that it has no answer to at all."""
        what = kind(part.node)
        if what == "PrepareStmt":
            # Privileges are asked for by EXECUTE.
            self._prepared[part.node.name] = part
            return ""
        if what == "ExecuteStmt":
            part = self._prepared.get(part.node.name, part)
        if not part.query:
            return ""
        if self._teller is None:
            return NO_SERVER
        if self._path.now is None or not self._role_known:
            return "its role or search_path is only known when it runs"
        if made := self._made & _names(part.node):
            return f"a statement before it makes {min(made)}"
        wished = self._context.meant_by(self._path.now)
        looked_in = wished if self._path.changed else (*self._context.path, *self._context.closed)
        path = looked_in if self._in_shadow or self._path.changed else None
        try:
            named = named_in(part.node, looked_in, literal)
            return self._teller.ask(part.query, named, path, self._context)
        except Untold as untold:
            return str(untold)

    def _after(self, node: Node) -> None:
        self._path.after(node)
        what = kind(node)
        if what == "VariableSetStmt" and node.name.lower() in ("role", "session_authorization"):
            self._role_known = False
        if made := _made_by(node, what):
            self._made.add(made)


def _names(node: Node) -> set[str]:
    return {found.relname for found in everything(node) if kind(found) == "RangeVar"}


def _made_by(node: Node, what: str) -> str:
    """The name of the table or view that a statement makes; "" for none."""
    if what == "CreateStmt":
        return str(node.relation.relname)
    if what == "ViewStmt":
        return str(node.view.relname)
    if what == "CreateTableAsStmt":
        return str(node.into.rel.relname)
    return str(node.into_clause.rel.relname) if what == "SelectStmt" and node.HasField("into_clause") else ""
