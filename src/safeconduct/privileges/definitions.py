"""How views and rules are written: their texts as the server gives them, read again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from safeconduct.model import Privilege
from safeconduct.privileges.names import RelationName, WrongText
from safeconduct.privileges.queries import as_json, statement
from safeconduct.privileges.reading.parsed import statements_of
from safeconduct.privileges.tree import kind, strings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from safeconduct.postgres.session import Session
    from safeconduct.privileges.tree import Node

_EVENTS = {"2": Privilege.UPDATE, "3": Privilege.INSERT, "4": Privilege.DELETE}
"""pg_rewrite.ev_type."""


@dataclass(frozen=True)
class RewriteRule:
    """A rule for what a privilege allows: `actions` are run beside it, or `instead`, on some rows if `conditional`."""

    name: str
    event: Privilege
    instead: bool
    conditional: bool
    actions: tuple[Node, ...]


@dataclass(frozen=True)
class Definition:
    """A view's query, None for another relation, and the rules. `unread` says why they could not be read."""

    query: Node | None = None
    rules: tuple[RewriteRule, ...] = ()
    unread: str = ""

    @property
    def statements(self) -> tuple[Node, ...]:
        """All that names relations."""
        actions = (action for rule in self.rules for action in rule.actions)
        return (*([] if self.query is None else [self.query]), *actions)

    def instead_of(self, event: Privilege) -> bool:
        """Whether rules do something else whatever the rows are."""
        return any(one.instead and not one.conditional for one in self.rules if one.event is event)

    @property
    def base(self) -> Node | None:
        """The one relation that the view shows, through which it may be written: view_query_is_auto_updatable()."""
        select: Node = self.query
        if select is None or len(select.from_clause) != 1 or select.HasField("with_clause"):
            return None
        item = select.from_clause[0]
        return item if kind(item) == "RangeVar" else None

    def beneath(self) -> Iterator[tuple[str, str]]:
        """The view's columns that are columns of what lies beneath it, each with that."""
        for item in self.query.target_list if self.query is not None else ():
            value = item.res_target.val
            if kind(value) == "ColumnRef" and (parts := strings(value.fields)):
                yield item.res_target.name or parts[-1], parts[-1]


def look_up_definitions(session: Session, names: Iterable[RelationName]) -> dict[RelationName, Definition]:
    """Those of these relations and of the views that they read in the end, in one round trip.

    Raises what Session.query raises.
    """
    asked = as_json([{"schema": name.schema, "name": name.name} for name in sorted(set(names))])
    found: dict[RelationName, Definition] = {}
    for (text,) in session.query(statement("definitions.sql"), [asked]):
        row = json.loads(text or "{}")
        found[RelationName(row["schema"], row["name"])] = _definition(text or "{}")
    return found


@lru_cache(maxsize=1024)
def _definition(text: str) -> Definition:
    row = json.loads(text)
    try:
        (query,) = statements_of(row["query"]) if row["query"] else (None,)
        return Definition(query, tuple(map(_rule, row["rules"] or [])))
    except (WrongText, RecursionError) as wrong:
        return Definition(unread=str(wrong))


def _rule(row: dict[str, Any]) -> RewriteRule:
    (rule,) = statements_of(row["text"])
    actions = tuple(action for action in rule.actions)
    return RewriteRule(row["name"], _EVENTS[row["event"]], row["instead"], rule.HasField("where_clause"), actions)
