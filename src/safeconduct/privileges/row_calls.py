"""`alias.name` where there is no such column: it may call a function on the whole row."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from safeconduct.privileges.context import Context
    from safeconduct.privileges.functions import Functions
    from safeconduct.privileges.scope import UnknownColumn


def pairs_of_rows(unknown: Iterable[UnknownColumn], context: Context) -> Iterator[tuple[str, str]]:
    """Schema and name of the functions that alias.name may call."""
    return ((schema, column.parts[-1]) for column in unknown if column.in_row for schema in context.path)


def columns_or_calls(
    unknown: Iterable[UnknownColumn], found: Functions, context: Context
) -> tuple[list[UnknownColumn], list[str]]:
    """The columns that are missing for certain, and why others may be calls of functions."""
    missing: list[UnknownColumn] = []
    reasons: list[str] = []
    for column in unknown:
        name = column.parts[-1]
        hits = [schema for schema in context.path if any(one.takes_row for one in found.named(schema, name))]
        if column.in_row and hits:
            reasons.append(f"{column} is no column, and may call the function {hits[0]}.{name}, which is not judged")
        else:
            missing.append(column)
    return missing, reasons
