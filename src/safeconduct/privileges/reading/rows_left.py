"""What triggers leave of what was known of NEW: those that come before may change the row, and a body its variables."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from safeconduct.privileges.fired import NewRow
from safeconduct.privileges.names import WrongText
from safeconduct.privileges.reading.assignments import numbers_given, statements_of_kind, targets_of
from safeconduct.privileges.reading.known import known_to
from safeconduct.privileges.reading.plpgsql import pruned, trigger_tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from safeconduct.privileges.fired import Fired

_ALIAS = re.compile(r"(\w+)\s+ALIAS\s+FOR\s+new\b", re.IGNORECASE)
_RETURNED = re.compile(r"\bRETURN\b\s*(\w*)", re.IGNORECASE)


def row_left(fired: Fired, body: str, before: Iterable[tuple[Fired, str]]) -> NewRow:
    """What stays known of NEW all through the body of a trigger, after those `before` it; each comes with its body.

    Of an empty body nothing can be told. A change that could only follow from another change of what is known does not
    happen, so what is known is taken away only until the bodies, read with the rest, leave that alone.
    """
    before = tuple(before)
    row = fired.row
    while row != NewRow():
        left = _after(fired, body, row, returns=False)
        for one, text in before:
            left = _after(one, text, left, returns=True)
        if left == row:
            break
        row = left
    return row


def _after(fired: Fired, body: str, row: NewRow, returns: bool) -> NewRow:
    """The row without what this trigger may change. Where it `returns` OLD, that is the row from then on."""
    try:
        tree = trigger_tree(body) if body else {}
        live = pruned(tree.get("action", {}), known_to(replace(fired, row=row)))
    except (WrongText, RecursionError):
        return NewRow()
    numbers = _datums(tree)
    if not body or numbers is None or statements_of_kind(live, "PLpgSQL_stmt_call"):
        return NewRow()
    changed = {column for number in numbers_given([live, *targets_of(tree)]) for column in numbers.get(number, ())}
    returned = set(_returned(live, body)) if returns else {"new"}
    allowed = {"new", "null", "old", *(name.lower() for name in _ALIAS.findall(body))}
    if None in changed or not returned <= allowed:
        return NewRow()
    left = row.without(column for column in changed if column)
    return left.as_it_was if "old" in returned else left


def _datums(tree: dict[str, Any]) -> dict[int, tuple[str | None, ...]] | None:
    """The columns of NEW and OLD by the numbers of variables, None for the whole row; None where names are hidden."""
    found: dict[int, tuple[str | None, ...]] = {}
    rows: list[int] = []
    for number, datum in enumerate(tree.get("datums", ())):
        ((kind, described),) = datum.items()
        if described.get("refname") in ("new", "old"):
            rows.append(described.get("dno", -1))
            found[number] = (None,)
        elif kind == "PLpgSQL_recfield" and described["recparentno"] in rows:
            found[number] = (described["fieldname"],)
    return found if rows == [number for number in found if found[number] == (None,)] and len(rows) == 2 else None


def _returned(tree: Any, body: str) -> Iterator[str]:
    """The names that are returned. Those of variables stand in the body alone: all in the statement's line count."""
    lines = body.splitlines()
    for statement in statements_of_kind(tree, "PLpgSQL_stmt_return"):
        if expression := statement.get("expr"):
            yield str(expression["PLpgSQL_expr"]["query"]).lower()
        elif 0 < (line := statement.get("lineno", 0)) <= len(lines):
            names = _RETURNED.findall(lines[line - 1])
            yield from (name.lower() for name in names or [""])
        # The end of the body, where nothing was returned, has no line: to reach it is an error.
