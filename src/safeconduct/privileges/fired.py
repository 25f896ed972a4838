"""The triggers that a statement fires, and what is known of the rows that it gives them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from safeconduct.privileges.catalog import Relation, Trigger

TEXT, PADDED, DATE, INTEGER = "text", "bpchar", "date", "integer"
"""Of what a column may hold, the types whose values can be compared here: those by their bytes, char(n), and two that
have an order."""
_WRITTEN = {DATE: re.compile(r"\d{4}-\d\d-\d\d"), INTEGER: re.compile(r"-?\d{1,18}")}
"""How a date is written that means the same whatever DateStyle is, and an integer."""
_ROW, _BEFORE, _INSTEAD = 1, 2, 64
"""pg_trigger.tgtype's bits."""


@dataclass(frozen=True, order=True)
class Value:
    """A constant that a column is given; None is NULL. `of` says how it is compared, "" where that is not known."""

    text: str | None
    of: str = ""

    @property
    def order(self) -> str:
        """DATE or INTEGER where it is one, and so has an order; else ""."""
        return self.of if self.of in _WRITTEN else ""

    def place(self, order: str) -> int | None:
        """Its place in the order of dates or integers; None where it is not written as one."""
        if self.text is None or not _WRITTEN[order].fullmatch(self.text):
            return None
        return int(self.text.replace("-", "") if order == DATE else self.text)


@dataclass(frozen=True)
class NewRow:
    """What is known of NEW: constants by column, and the columns that are as they were in OLD."""

    values: tuple[tuple[str, Value], ...] = ()
    kept: frozenset[str] = frozenset()

    def of(self, column: str) -> Value | None:
        """The constant that is in the column, None where it is not known."""
        return dict(self.values).get(column)

    def without(self, columns: Iterable[str]) -> NewRow:
        """The same with nothing known of these columns."""
        gone = frozenset(columns)
        return NewRow(tuple(pair for pair in self.values if pair[0] not in gone), self.kept - gone)

    @property
    def as_it_was(self) -> NewRow:
        """The same where OLD may stand in its place."""
        return replace(self, values=())


@dataclass(frozen=True, eq=False)
class Fired:
    """That an event, such as UPDATE, fires a trigger when it is done to the relation. `row` is what is given to it."""

    event: str
    relation: Relation
    trigger: Trigger
    row: NewRow = field(default=NewRow())

    @property
    def comes_before(self) -> bool:
        """Whether it may change the row that those after it are given."""
        return bool(self.trigger.events & _ROW and self.trigger.events & (_BEFORE | _INSTEAD))

    def as_seen(self, body: str) -> str:
        """What the body of its function can tell it from others by."""
        return f"{self.relation} {self.event} {self.trigger.as_seen(body)} {self.row.values} {sorted(self.row.kept)}"

    def is_beside(self, other: Fired) -> bool:
        """Whether the same event done to the same relation fires both."""
        return (self.event, str(self.relation), self.row) == (other.event, str(other.relation), other.row)


def new_row(relation: Relation, given: Mapping[str, str | None], kept: Iterable[str]) -> NewRow:
    """The row of these constants and of columns that are left alone. What is generated changes with the others."""
    values = tuple(
        (column, value) for column, text in sorted(given.items()) if (value := _value(relation, column, text))
    )
    return NewRow(values, frozenset(kept) - relation.generated)


def _value(relation: Relation, column: str, text: str | None) -> Value | None:
    """Spaces at the end may be cut off to make it fit, and row types of nulls are null themselves: that is not told."""
    of = relation.holds.get(column, "")
    is_told = text is None or (of and not text.endswith(" ") and column not in relation.generated)
    return Value(text, of if of in (TEXT, PADDED, *_WRITTEN) else "") if is_told else None
