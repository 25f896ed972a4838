"""Following a text's own SET and BEGIN: by which search_path and access mode its later statements run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from safeconduct.privileges.tree import enum_name, kind, of_kinds, strings, text_constant

if TYPE_CHECKING:
    from safeconduct.privileges.tree import Node

Setting = tuple[str, ...] | None
"""The names of a search_path; None where the text sets it to what is only known when it runs."""

_CALLS = frozenset({"FuncCall"})
RESETS = frozenset({"VAR_SET_DEFAULT", "VAR_RESET", "VAR_RESET_ALL"})


class FollowedPath:
    """search_path while a text runs. Like the server's, a change is undone by ROLLBACK, and a SET LOCAL by COMMIT."""

    def __init__(self, initial: tuple[str, ...]) -> None:
        self._initial: Setting = initial
        self._begun: Setting = initial
        self._session: Setting = initial
        self.now: Setting = initial

    @property
    def changed(self) -> bool:
        """Whether it is another one than the session began with."""
        return self.now != self._initial

    def after(self, node: Node) -> None:
        """Go on past this statement."""
        what = kind(node)
        if what == "TransactionStmt":
            self._transaction(enum_name(node, "kind").removeprefix("TRANS_STMT_"))
        elif what == "DiscardStmt" and enum_name(node, "target") == "DISCARD_ALL":
            self._set(self._initial)
        elif what == "VariableSetStmt":
            if node.name.lower() == "search_path" or enum_name(node, "kind") == "VAR_RESET_ALL":
                self._set(self._initial if enum_name(node, "kind") in RESETS else _names(node), node.is_local)
        elif any(_is_set_config(found) for found in of_kinds(node, _CALLS)):
            self._set(None)

    def _set(self, setting: Setting, local: bool = False) -> None:
        self.now = setting
        if not local:
            self._session = setting

    def _transaction(self, word: str) -> None:
        if word == "ROLLBACK":
            self.now = self._session = self._begun
        elif word in ("COMMIT", "PREPARE"):
            self.now = self._begun = self._session
        elif word == "ROLLBACK_TO" and self.now != self._begun:
            self._set(None)


def _names(node: Node) -> Setting:
    """The constants that it is set to. An empty one may also stand for a placeholder, so it is not known."""
    names = tuple(text_constant(item) for item in node.args)
    return tuple(name for name in names if name) if names and all(names) else None


def _is_set_config(node: Node) -> bool:
    if strings(node.funcname)[-1] != "set_config" or not node.args:
        return False
    return (text_constant(node.args[0]) or "search_path").lower() == "search_path"


@dataclass
class AccessMode:
    """Whether the transaction that a statement runs in is read-only: None where the text leaves that open.

    `default` is that of the next transaction. A standby is read-only whatever is set.
    """

    now: bool | None
    default: bool | None
    standby: bool = False
    by_text: bool = False

    def after(self, node: Node) -> None:
        """Go on past this statement."""
        what = kind(node)
        if self.standby or what not in ("TransactionStmt", "VariableSetStmt"):
            return
        if what == "TransactionStmt":
            self._transaction(node)
        elif node.name == "TRANSACTION":
            self._now(_option(node.args, self.now))
        elif node.name.lower() == "transaction_read_only":
            self._now(_boolean(node))
        elif node.name == "SESSION CHARACTERISTICS":
            self._default(_option(node.args, self.default))
        elif node.name.lower() == "default_transaction_read_only":
            self._default(_boolean(node))

    def _transaction(self, node: Node) -> None:
        word = enum_name(node, "kind").removeprefix("TRANS_STMT_")
        if word in ("BEGIN", "START"):
            self._now(_option(node.options, self.default))
        elif word in ("COMMIT", "ROLLBACK", "PREPARE") and not node.chain:
            self._now(self.default)

    def _now(self, value: bool | None) -> None:
        self.by_text = self.by_text or value != self.now
        self.now = value

    def _default(self, value: bool | None) -> None:
        """The next transaction's: whether one begins before the next statement depends on who sends the text."""
        self.default = value
        if value != self.now:
            self._now(None)


def _option(options: Node, otherwise: bool | None) -> bool | None:
    """What READ ONLY or READ WRITE among these options says."""
    for item in options:
        if item.def_elem.defname == "transaction_read_only":
            return bool(item.def_elem.arg.ival.ival)
    return otherwise


def _boolean(node: Node) -> bool | None:
    """The constant that a setting is given; None for none or for another text than PostgreSQL's booleans."""
    if len(node.args) != 1:
        return None
    constant = node.args[0]
    if constant.WhichOneof("val") == "ival":
        return bool(constant.ival.ival)
    text = (text_constant(constant) or "").lower()
    known = {"on": True, "true": True, "yes": True, "1": True, "off": False, "false": False, "no": False, "0": False}
    return known.get(text)
