"""Which key has signed what in the credential columns, told by the tokens' signatures: nothing is decrypted."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from safeconduct.airflow.credential_columns import all_columns, count, name_of, page_after
from safeconduct.secrets.shared_work import shared, shares_of
from safeconduct.secrets.signatures import Signatures
from safeconduct.secrets.token_work import CORRUPT, OTHER_KEY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from safeconduct.airflow.credential_columns import CredentialCell, CredentialColumn, Page
    from safeconduct.airflow.metadata_reader import MetadataReader, Reading
    from safeconduct.model import Secret
    from safeconduct.secrets.shared_work import Part
    from safeconduct.secrets.signatures import Signature

MOST_NAMED = 10_000
"""Rows set aside that are named; beyond, they are counted."""


@dataclass
class Ages:
    """How many tokens, and when the oldest and the youngest of them were made, in seconds since 1970."""

    count: int = 0
    oldest: int = 0
    youngest: int = 0

    def add(self, made: Sequence[int]) -> None:
        """So many more, at least one."""
        self.oldest = min(self.oldest, *made) if self.count else min(made)
        self.youngest = max(self.youngest, *made)
        self.count += len(made)

    def join(self, other: Ages) -> None:
        """All of the other's, too."""
        if other.count:
            self.oldest = min(self.oldest, other.oldest) if self.count else other.oldest
            self.youngest = max(self.youngest, other.youngest)
            self.count += other.count


@dataclass(frozen=True)
class Aside:
    """A cell that no key turns; `why` is one of the fates of token_work. `made` is of a token, 0 for what is none."""

    column: CredentialColumn
    key: str
    name: str
    why: str
    made: int = 0


@dataclass
class Census:
    """What was found: tokens by the number of their key, plaintext, and what none of the keys opens.

    `lying` counts tokens whose flag says plaintext; `named` are the first cells set aside, of `aside` in all.
    """

    cells: int = 0
    keys: dict[int, Ages] = field(default_factory=dict)
    plaintext: int = 0
    lying: int = 0
    aside: int = 0
    named: list[Aside] = field(default_factory=list)

    def join(self, other: Census) -> None:
        """What another process has found, too."""
        for key, ages in other.keys.items():
            self.keys.setdefault(key, Ages()).join(ages)
        self.cells += other.cells
        self.plaintext += other.plaintext
        self.lying += other.lying
        self.aside += other.aside
        self.named += other.named[: MOST_NAMED - len(self.named)]

    def of(self, key: int) -> Ages:
        """The tokens of the key of this number; 0 for those of none."""
        return self.keys.get(key) or Ages()

    def add(self, page: Page, signed: Sequence[Signature | None], name: Callable[[str], str]) -> None:
        """One more page, with the signature of each cell; `name` tells what people call the row of a key."""
        made: defaultdict[int, list[int]] = defaultdict(list)
        for cell, signature in zip(page.cells, signed, strict=True):
            if signature is None:
                if cell.encrypted:
                    self._set_aside(page.column, cell, name, CORRUPT)
                else:
                    self.plaintext += 1
                continue
            key, seconds = signature
            made[key].append(seconds)
            if not cell.encrypted:
                self.lying += 1
            if not key:
                self._set_aside(page.column, cell, name, OTHER_KEY, seconds)
        self.cells += len(page.cells)
        for key, times in made.items():
            self.keys.setdefault(key, Ages()).add(times)

    def _set_aside(
        self, column: CredentialColumn, cell: CredentialCell, name: Callable[[str], str], why: str, made: int = 0
    ) -> None:
        self.aside += 1
        if len(self.named) < MOST_NAMED:
            self.named.append(Aside(column, cell.key, name(cell.key), why, made))


def take_census(
    reader: MetadataReader,
    keys: Sequence[Secret],
    processes: int = 1,
    step: Callable[[int], object] = lambda _: None,
) -> Census:
    """Look at every cell. `step` hears of each page how many cells it had. Raises ReadFailed, HelperLost."""
    census, work = Census(), partial(_look, reader, keys)
    shared(work, shares_of(reader, processes), census, step)
    return census


def _look(
    reader: MetadataReader, keys: Sequence[Secret], share: Sequence[Part], census: Census, step: Callable[[int], object]
) -> None:
    signatures = Signatures(keys)
    with reader.open() as reading:
        for part in share:
            for page in pages_of(reading, part.column, part.after, part.last):
                census.add(page, signatures.of_all(page), partial(name_of, reading, part.column))
                step(len(page.cells))


def pages_of(
    reading: Reading, column: CredentialColumn, after: str | None = None, last: str | None = None
) -> Iterator[Page]:
    """The column, page by page, or a part of it as page_after has it. Raises ReadFailed."""
    while (page := page_after(reading, column, after, last)).cells:
        yield page
        after = page.cells[-1].key


def cells_in(reading: Reading) -> int:
    """How many cells there are to look at. Raises ReadFailed."""
    return sum(count(reading, column) for column in all_columns(reading))
