"""The shape of a result, checked before it is relied on: whoever listens on the port may say what he likes.

A caller that handles SessionLost handles an odd answer as well.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from safeconduct.postgres.session import SessionLost

if TYPE_CHECKING:
    from collections.abc import Sequence

    from safeconduct.postgres.session import Row

_INTEGER = re.compile(r"-?[0-9]{1,19}")


class OddAnswer(SessionLost):
    """A statement was answered as PostgreSQL does not answer it; the text is one sentence that quotes none of it.

    Unlike after other losses the session is still open: close it, for nothing that it says can be relied on.
    """


def shaped(rows: Sequence[Row], columns: int) -> list[Row]:
    """The rows, each of so many columns. Raises OddAnswer."""
    for row in rows:
        if len(row) != columns:
            raise OddAnswer(f"the server answered a statement with {len(row)} columns instead of {columns}")
    return list(rows)


def only_row(rows: Sequence[Row], columns: int) -> Row:
    """The one row of so many columns that the statement must give. Raises OddAnswer."""
    if len(rows) != 1:
        raise OddAnswer(f"the server answered a statement with {len(rows)} rows instead of one")
    return shaped(rows, columns)[0]


def integer(value: str | None) -> int:
    """The number that a column of integers holds. Raises OddAnswer for NULL and for anything else."""
    if value is None or not _INTEGER.fullmatch(value):
        raise OddAnswer("the server answered a statement with something else where a number belongs")
    return int(value)


def integer_or_null(value: str | None) -> int | None:
    """The same of a column that may be NULL. Raises OddAnswer."""
    return None if value is None else integer(value)


def text(value: str | None) -> str:
    """The text of a column that is never NULL. Raises OddAnswer."""
    if value is None:
        raise OddAnswer("the server answered a statement with NULL where a text belongs")
    return value
