"""The Fernet keys and what they have encrypted, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_COLUMN = 20


@dataclass(frozen=True)
class Line:
    """One kind of what is there: `count` of it, made from `oldest` to `youngest` (seconds since 1970, 0: not told)."""

    what: str
    count: int
    oldest: int = 0
    youngest: int = 0


def census_text(database: str, keys: str, lines: Sequence[Line]) -> str:
    """Whose tokens there are, one kind a line; what there is none of is left out, but for keys."""
    rows = [("metadata database", database), ("Fernet keys", keys)]
    rows += [(line.what, _counted(line)) for line in lines if line.count or line.what.startswith("key")]
    return columns(rows)


def columns(rows: Sequence[tuple[str, str]]) -> str:
    """Two columns."""
    return "\n".join(f"  {what:<{_COLUMN}}{words}" for what, words in rows)


def _counted(line: Line) -> str:
    if not line.oldest or not line.count:
        return f"{line.count:,}"
    since, until = day(line.oldest), day(line.youngest)
    tokens = f"{line.count:,} token{'' if line.count == 1 else 's'}"
    return f"{tokens}, made {since}" + (f" to {until}" if since != until else "")


def day(seconds: int) -> str:
    """The day of this second since 1970, in UTC; what no calendar has is a word."""
    try:
        return datetime.fromtimestamp(seconds, tz=timezone.utc).strftime("%Y-%m-%d")
    except (OverflowError, OSError, ValueError):
        return "beyond all time"


def plan_text(keys: int, lines: Sequence[Line], origin: str) -> str:
    """The way of a rotation, step by step, with what each step finds now."""
    todo = {line.what: line.count for line in lines}
    turned = sum(count for what, count in todo.items() if what.startswith("key ") and not what.startswith("key 1 "))
    first = (
        f"The new key stands first of {keys} in {origin}."
        if keys > 1
        else f"Put a new key in front of the one in {origin}: safeconduct keys generate."
    )
    steps = [
        first,
        "Restart every part of Airflow: scheduler, workers, triggerer, web or API server.",
        f"safeconduct keys rotate --real: {turned:,} of an old key, {todo.get('plaintext', 0):,} in plaintext.",
        "The same command looks at the end whether the new key alone has signed every token.",
        "Take the old key out of the option, and restart Airflow again.",
    ]
    return "\n".join(f"  {number}. {step}" for number, step in enumerate(steps, 1))
