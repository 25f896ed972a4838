"""The Fernet keys and what they have encrypted, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_COLUMN = 20


@dataclass(frozen=True)
class Line:
    """One kind of what is there: `count` of it, made from one day to another, "" where that is not told.

    `always` has it shown also where there is none.
    """

    what: str
    count: int
    since: str = ""
    until: str = ""
    always: bool = False


def census_text(database: str, keys: str, lines: Sequence[Line]) -> str:
    """Whose tokens there are, one kind a line."""
    rows = [("metadata database", database), ("Fernet keys", keys)]
    rows += [(line.what, _counted(line)) for line in lines if line.count or line.always]
    return columns(rows)


def columns(rows: Sequence[tuple[str, str]]) -> str:
    """Two columns."""
    return "\n".join(f"  {what:<{_COLUMN}}{words}" for what, words in rows)


def _counted(line: Line) -> str:
    if not line.since:
        return f"{line.count:,}"
    tokens = f"{line.count:,} token{'' if line.count == 1 else 's'}"
    return f"{tokens}, made {line.since}" + (f" to {line.until}" if line.since != line.until else "")


def plan_text(keys: int, old: int, plaintext: int, origin: str) -> str:
    """The way of a rotation of so many tokens of old keys, and so much plaintext, step by step."""
    first = (
        f"The new key stands first of {keys} in {origin}."
        if keys > 1
        else f"Put a new key in front of the one in {origin}: safeconduct keys generate."
    )
    steps = [
        first,
        "Restart every part of Airflow: scheduler, workers, triggerer, web or API server.",
        f"safeconduct keys rotate --real: {old:,} of an old key, {plaintext:,} in plaintext.",
        "The same command looks at the end whether the new key alone has signed every token.",
        "Take the old key out of the option, and restart Airflow again.",
    ]
    return "\n".join(f"  {number}. {step}" for number, step in enumerate(steps, 1))
