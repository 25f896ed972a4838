"""What a statement does that a read-only transaction refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.model import Privilege
from safeconduct.privileges.names import is_temporary
from safeconduct.privileges.reading.expressions import QUERIES
from safeconduct.privileges.reading.kinds import refused_when_read_only
from safeconduct.privileges.tree import everything, kind, strings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from safeconduct.privileges.scope import Use
    from safeconduct.privileges.tree import Node

_CHANGES = frozenset({Privilege.INSERT, Privilege.UPDATE, Privilege.DELETE})


def writes(node: Node, name: str, uses: Sequence[Use], standby: bool) -> Iterator[str]:
    """The commands that are refused, by `name`, the statement's own, or by what it does inside.

    As in ExecCheckXactReadOnly(), temporary tables may be changed; nothing is refused that is only planned or prepared.
    """
    what = kind(node)
    if what == "PrepareStmt" or (what == "ExplainStmt" and not _is_executed(node)):
        return
    if what in ("ExplainStmt", "DeclareCursorStmt"):
        yield from writes(node.query, _query_name(node.query), uses, standby)
    elif what in QUERIES or what == "CopyStmt":
        if what == "SelectStmt" and node.HasField("into_clause"):
            yield "SELECT INTO"
        if any(_changes(use) for use in uses):
            yield "COPY FROM" if what == "CopyStmt" and node.is_from else _query_name(node)
        yield from _functions(node)
    elif refused_when_read_only(node, standby):
        yield name


def _changes(use: Use) -> bool:
    return not is_temporary(use.relation.schema) and not _CHANGES.isdisjoint(use.columns)


def _query_name(node: Node) -> str:
    what = kind(node)
    if what == "SelectStmt":
        return "SELECT FOR UPDATE or SHARE" if node.locking_clause else "SELECT with changes in it"
    return what.removesuffix("Stmt").upper()


def _text(node: Node) -> str:
    return str(node.sval).lower() if kind(node) == "String" else str(getattr(node, "ival", ""))


def _is_executed(node: Node) -> bool:
    """EXPLAIN runs its statement only with ANALYZE."""
    for item in node.options:
        option = item.def_elem
        if option.defname == "analyze":
            return not option.HasField("arg") or (_text(option.arg) not in ("false", "off", "0"))
    return False


def _functions(node: Node) -> Iterator[str]:
    calls = (strings(found.funcname)[-1] for found in everything(node) if kind(found) == "FuncCall")
    yield from (f"{name}()" for name in calls if name in ("nextval", "setval"))
