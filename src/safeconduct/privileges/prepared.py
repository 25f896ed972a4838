"""What EXECUTE runs where the session prepared it before: it stands in no text that is asked about."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from safeconduct.privileges.asked import SqlAsk, parse_sql
from safeconduct.privileges.names import WrongText
from safeconduct.privileges.queries import as_json, statement
from safeconduct.privileges.tree import kind, of_kinds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from safeconduct.postgres.session import Session
    from safeconduct.privileges.asked import Asked

_EXECUTE = frozenset({"ExecuteStmt"})


def with_prepared(session: Session, asked: Sequence[Asked]) -> Sequence[Asked]:
    """The same, each text with the PREPARE before it of what it executes and does not prepare itself.

    One round trip where there is such a text. Raises what Session.query raises.
    """
    names = {name for ask in asked if isinstance(ask, SqlAsk) for name in _executed(ask)}
    if not names:
        return asked
    found = {
        name or "": text or "" for name, text in session.query(statement("prepared.sql"), [as_json(sorted(names))])
    }
    return [_with(ask, found) if isinstance(ask, SqlAsk) else ask for ask in asked]


def _executed(ask: SqlAsk) -> tuple[str, ...]:
    """The names that EXECUTE has before any PREPARE of the text has them."""
    prepared: set[str] = set()
    names: dict[str, None] = {}
    for raw in ask.statements:
        node = raw.stmt
        if kind(node) == "PrepareStmt":
            prepared.add(node.name)
        names.update((found.name, None) for found in of_kinds(node, _EXECUTE) if found.name not in prepared)
    return tuple(names)


def _with(ask: SqlAsk, found: Mapping[str, str]) -> SqlAsk:
    before = [text for name in _executed(ask) if (text := _prepare(name, found.get(name, "")))]
    if not before:
        return ask
    try:
        read = parse_sql(";\n".join([*before, ask.text]))
    except WrongText:
        return ask  # it reads another's syntax: what was prepared is not known then
    return replace(ask, text=read.text, statements=read.statements, unread=read.unread)


def _prepare(name: str, text: str) -> str:
    """The PREPARE of this name in the text that came with it; "" for what a driver prepared without one."""
    try:
        statements: Iterable[Any] = parse_sql(text).statements if text else ()
    except WrongText:
        return ""
    for raw in statements:
        node = raw.stmt
        if kind(node) == "PrepareStmt" and node.name == name:
            part = text.encode()[raw.stmt_location :][: raw.stmt_len or None]
            return part.decode(errors="replace")
    return ""
