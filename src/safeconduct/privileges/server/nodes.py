"""PostgreSQL's node text (src/backend/nodes/outfuncs.c, read.c), as the server shows trees: {NAME :field value ...}.

Read as pg_strtok() does: blanks and brackets part tokens, a backslash makes the next character an ordinary one, <> is
nothing. What an alias holds can therefore be no field, whatever it looks like. Nothing recurses, so depth costs
nothing but memory, and that is bounded by MOST_TOKENS.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TypeAlias

Value: TypeAlias = "Node | list[Value] | tuple[int, ...] | str | None"

MOST_TOKENS = 5_000_000
"""Beyond it a tree is not read: it would take some hundred megabytes."""
_TOKEN = re.compile(r"[(){}]|(?:[^\s(){}\\]|\\.)+", re.DOTALL)
_OF_NUMBERS = ("i", "o", "x", "b")
"""What begins a list of integers, OIDs or transaction ids, and a set of small numbers (bitmapset)."""
_LINE = 78
"""format_node_dump() breaks lines here, at a blank; a longer word is broken in its middle, past telling."""


class UnreadableTree(ValueError):
    """The text is no tree as PostgreSQL writes it; the message is the end of a sentence that begins with "the tree"."""


@dataclass(eq=False)
class Node:
    """One struct: its name in capitals, and its fields as they were written.

    A number is a text of digits; a list of numbers and a set are a tuple; what is not there is None. A field with more
    than one value (a constant's bytes) is a list of them.
    """

    name: str = ""
    fields: dict[str, Value] = field(default_factory=dict)

    def number(self, name: str) -> int:
        """The field as a number, 0 where it is absent. Raises UnreadableTree for anything else."""
        value = self.fields.get(name)
        if value is None:
            return 0
        if not isinstance(value, str) or not _is_number(value):
            raise UnreadableTree(f"has a field {name} that is no number")
        return int(value)

    def numbers(self, name: str) -> tuple[int, ...]:
        """The field as a set or list of numbers, empty where it is absent. Raises UnreadableTree for anything else."""
        value = self.fields.get(name)
        if value is None:
            return ()
        if not isinstance(value, tuple):
            raise UnreadableTree(f"has a field {name} that is no set of numbers")
        return value


def read_nodes(text: str) -> list[Node]:
    """Every node of a tree, each after those inside it. Raises UnreadableTree."""
    if any(len(line) >= _LINE and " " not in line for line in text.split("\n")):
        raise UnreadableTree("has a name too long for its lines")
    reader = _Reader()
    for count, found in enumerate(_TOKEN.finditer(text)):
        if count >= MOST_TOKENS:
            raise UnreadableTree(f"has more than {MOST_TOKENS:,} words")
        reader.take(found[0])
    if reader.open:
        raise UnreadableTree("ends in the middle")
    return reader.nodes


class _Reader:
    """`open` has the brackets that are open: nodes, lists, and lists of numbers as lists that begin with a text."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.open: list[Node | list[Value]] = []
        self._pending: list[str] = []
        """For each open node the field whose value is awaited, "" for none; parallel to `open`."""
        self._last: list[str] = []

    def take(self, word: str) -> None:
        if word == "{":
            self._begin(Node())
        elif word == "(":
            self._begin([])
        elif word in ("}", ")"):
            self._end(word)
        else:
            self._atom(word)

    def _begin(self, inner: Node | list[Value]) -> None:
        self.open.append(inner)
        self._pending.append("")
        self._last.append("")

    def _end(self, word: str) -> None:
        if not self.open or isinstance(self.open[-1], Node) is (word == ")"):
            raise UnreadableTree(f"has a {word} that closes nothing")
        self._pending.pop()
        self._last.pop()
        inner = self.open.pop()
        if isinstance(inner, Node):
            self.nodes.append(inner)
            self._put(inner)
        else:
            self._put(_numbers(inner))

    def _atom(self, word: str) -> None:
        inner = self.open[-1] if self.open else None
        if isinstance(inner, Node) and not self._pending[-1]:
            if not inner.name:
                inner.name = word
                return
            if word[0] == ":":
                self._pending[-1] = self._last[-1] = word[1:]
                return
        self._put(None if word == "<>" else word)

    def _put(self, value: Value) -> None:
        if not self.open:
            return
        inner = self.open[-1]
        if isinstance(inner, list):
            inner.append(value)
        elif name := self._pending[-1]:
            self._pending[-1] = ""
            inner.fields[name] = value
        elif name := self._last[-1]:
            before = inner.fields[name]
            inner.fields[name] = [*before, value] if isinstance(before, list) else [before, value]


def _numbers(items: list[Value]) -> Value:
    if not items or items[0] not in _OF_NUMBERS:
        return items
    numbers = [item for item in items[1:] if isinstance(item, str) and _is_number(item)]
    if len(numbers) != len(items) - 1:
        raise UnreadableTree("has a list of numbers with something else in it")
    return tuple(int(number) for number in numbers)


def _is_number(text: str) -> bool:
    digits = text.removeprefix("-")
    return digits.isascii() and digits.isdigit() and len(digits) < 20
