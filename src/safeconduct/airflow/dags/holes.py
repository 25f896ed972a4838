"""Unknown pieces within known text, each a single character of a private plane of Unicode.

So a text with holes is a plain `str`: it is concatenated, formatted, joined and stripped by Python itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_FIRST, _LAST = 0x100000, 0x10FFFD
MARK = re.compile(f"[{chr(_FIRST)}-{chr(_LAST)}]")


@dataclass(frozen=True)
class Hole:
    """`what` is the expression, `why` says in a sentence what it depends on.

    `sample` is a text of the right form for where the hole stands within quotes, `default` the value that it has
    unless somebody sets another, `conn_id` the connection whose fields it holds, `newlines` how many lines its
    source spans, less one.
    """

    what: str
    why: str
    sample: str = ""
    default: str | None = None
    conn_id: object = None
    newlines: int = 0


class Holes:
    """The holes of one reading. Equal ones share a character."""

    def __init__(self) -> None:
        self._holes: list[Hole] = []
        self._numbers: dict[Hole, int] = {}

    def mark(self, hole: Hole) -> str:
        """The character that stands for the hole."""
        number = self._numbers.get(hole)
        if number is None:
            if len(self._holes) > _LAST - _FIRST - 1:
                return chr(_FIRST)
            number = self._numbers[hole] = len(self._holes)
            self._holes.append(hole)
        return chr(_FIRST + number)

    def hole(self, mark: str) -> Hole:
        """The hole that the character stands for."""
        return self._holes[ord(mark) - _FIRST]

    def within(self, text: str) -> list[Hole]:
        """The holes of a text, in order."""
        return [self.hole(mark) for mark in MARK.findall(text)]


def has_holes(text: str) -> bool:
    """Whether part of the text is unknown."""
    return not text.isascii() and MARK.search(text) is not None
