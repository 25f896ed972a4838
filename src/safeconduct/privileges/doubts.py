"""What may exist although no catalog has it: a statement that cannot be read may make it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from safeconduct.privileges.asked import SqlAsk
from safeconduct.privileges.names import cut

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from safeconduct.privileges.asked import Asked, Unreadable

T = TypeVar("T")

_WORD = re.compile(r'"((?:[^"]|"")*)"|`([^`]*)`|([^\W\d][\w$]*)')
_MAKES_NOTHING = frozenset(
    "insert update delete merge values table truncate grant revoke copy drop lock vacuum analyze set reset".split()
)
"""First words of statements that make nothing; SELECT and WITH do with INTO. Any other word may be CREATE misspelt."""


class Doubts:
    """The names in the unreadable parts of all that is asked that may make something, in whichever text."""

    def __init__(self, asked: Iterable[Asked] = ()) -> None:
        self._parts = [
            (frozenset(words), _place(ask, one))
            for ask in asked
            if isinstance(ask, SqlAsk)
            for one in ask.unreadable
            if _may_make(words := _words(one.hides))
        ]

    def sift(self, absent: Iterable[T], called: Callable[[T], tuple[str, str]], reasons: list[str]) -> list[T]:
        """Those that certainly do not exist; for the others a reason is added.

        `called` gives what to call each of them in a sentence, and the name that would be in the statement.
        """
        certain: list[T] = []
        for one in absent:
            what, name = called(one)
            place = next((place for words, place in self._parts if name in words), None)
            if place is None:
                certain.append(one)
            else:
                reasons.append(f"{what} does not exist, unless the statement that cannot be read ({place}) makes it")
        return certain


def _place(ask: SqlAsk, one: Unreadable) -> str:
    if ask.origin is None:
        return f"--sql, line {one.line}"
    return f"{ask.origin.file}:{one.line if ask.is_file else ask.origin.line}"


def _words(text: str) -> list[str]:
    found = _WORD.findall(text)
    return [cut(quoted.replace('""', '"') or ticked or bare.lower()) for quoted, ticked, bare in found]


def _may_make(words: list[str]) -> bool:
    first = words[0] if words else ""
    return "into" in words if first in ("select", "with") else first not in _MAKES_NOTHING
