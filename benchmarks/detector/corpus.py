"""The corpus as values, and how finders are measured on it: by leaves, of which only numbers come out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence, Set

_FILE = Path(__file__).parent / "corpus.json"


@dataclass(frozen=True)
class Leaf:
    """A leaf with its pointer, the key that it stands under, and the text or number that it is."""

    pointer: str
    key: str
    value: Any


@dataclass(frozen=True, repr=False)
class Item:
    """An extra with the pointers of its secrets. Nothing of it is in `repr`, so that no failing test shows any."""

    extra: Any
    secret: frozenset[str]
    leaves: tuple[Leaf, ...]


@dataclass(frozen=True)
class Measure:
    """Shares of 0 to 100.

    `found` of the secret leaves and `alarms` of the harmless items' leaves; the same by item; and `beside`, of the
    harmless leaves that stand beside a secret.
    """

    found: float
    alarms: float
    items_found: float
    items_alarmed: float
    beside: float

    def __str__(self) -> str:
        return (
            f"{self.found:.1f} % found, {self.alarms:.1f} % false alarms (by item {self.items_found:.1f} %, "
            f"{self.items_alarmed:.1f} %; beside a secret {self.beside:.1f} %)"
        )


def read_corpus() -> tuple[Item, ...]:
    """All items."""
    return tuple(
        Item(item["extra"], frozenset(item["secret"]), tuple(leaves(item["extra"])))
        for item in json.loads(_FILE.read_text("utf-8"))
    )


def leaves(value: Any, pointer: str = "", key: str = "") -> Iterator[Leaf]:
    """Everything that is neither an object nor a list; the key of what stands in a list is the list's."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from leaves(item, f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}", name)
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from leaves(item, f"{pointer}/{place}", key)
    else:
        yield Leaf(pointer, key, value)


def measure(items: Sequence[Item], flagged: Sequence[Set[str]]) -> Measure:
    """How well pointers were flagged, given for each item in turn. A flagged object flags all its leaves."""
    secret: list[bool] = []
    harmless: list[bool] = []
    beside: list[bool] = []
    whole: list[bool] = []
    alarmed: list[bool] = []
    for item, pointers in zip(items, flagged, strict=True):
        hit = {leaf.pointer: _is_under(leaf.pointer, pointers) for leaf in item.leaves}
        secret += [hit[pointer] for pointer in item.secret]
        if item.secret:
            whole.append(all(hit[pointer] for pointer in item.secret))
            beside += [found for pointer, found in hit.items() if pointer not in item.secret]
        else:
            alarmed.append(any(hit.values()))
            harmless += hit.values()
    return Measure(_share(secret), _share(harmless), _share(whole), _share(alarmed), _share(beside))


def _is_under(pointer: str, flagged: Set[str]) -> bool:
    return any(pointer == one or pointer.startswith(f"{one}/") for one in flagged)


def _share(answers: Sequence[bool]) -> float:
    return 100 * sum(answers) / len(answers) if answers else 0.0
