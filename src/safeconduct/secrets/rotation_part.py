"""A part of a column rotated, page by page, each cell by compare-and-swap."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from safeconduct.airflow.credential_columns import Page, cells_of, name_of, page_after, swapped
from safeconduct.airflow.metadata_reader import Change
from safeconduct.secrets.census import MOST_NAMED, Aside
from safeconduct.secrets.token_work import CHANGES, RESTLESS, SAME

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from safeconduct.airflow.credential_columns import CredentialColumn
    from safeconduct.airflow.metadata_reader import Editing
    from safeconduct.secrets.shared_work import Part
    from safeconduct.secrets.token_work import Turned, Turner

_TRIES = 5


@dataclass
class Tally:
    """How many cells had which fate (see token_work); `named` are the first that were set aside, of `aside` in all."""

    fates: Counter[str] = field(default_factory=Counter)
    aside: int = 0
    named: list[Aside] = field(default_factory=list)

    @property
    def changed(self) -> int:
        """How many tokens were written."""
        return sum(self.fates[fate] for fate in CHANGES)

    def set_aside(self, column: CredentialColumn, key: str, name: Callable[[str], str], why: str) -> None:
        """One more that is left as it is; `name` tells what people call the row of a key."""
        self.fates[why] += 1
        self.aside += 1
        if len(self.named) < MOST_NAMED:
            self.named.append(Aside(column, key, name(key), why))

    def join(self, other: Tally) -> None:
        """What another process has done, too."""
        self.fates += other.fates
        self.aside += other.aside
        self.named += other.named[: MOST_NAMED - len(self.named)]


@dataclass(frozen=True)
class _Tried:
    """A page, and how often its cells were overtaken before."""

    page: Page
    tries: int


class PartRotation:
    """One part on its way. Each transaction writes a page that is turned and reads the next. Raises ReadFailed."""

    def __init__(
        self, database: Editing, part: Part, turner: Turner, tally: Tally, step: Callable[[int], object]
    ) -> None:
        self._database = database
        self._part = part
        self._turner = turner
        self._tally = tally
        self._step = step
        self._at = part.after
        self._more = True
        self._again: list[_Tried] = []

    def rotate(self) -> None:
        """To the end of the part."""
        tried: _Tried | None = None
        turned: list[Turned] = []
        while tried is not None or self._more or self._again:
            tried = self._written_and_read(tried, turned)
            turned = self._turner.turn([(cell.text, cell.encrypted) for cell in tried.page.cells]) if tried else []

    def _written_and_read(self, tried: _Tried | None, turned: Sequence[Turned]) -> _Tried | None:
        with self._database.transaction():
            overtaken = self._write(tried, turned) if tried else frozenset()
            following = self._next()
        if tried:
            self._count(tried, turned, overtaken)
        return following

    def _write(self, tried: _Tried, turned: Sequence[Turned]) -> frozenset[str]:
        pairs = zip(tried.page.cells, turned, strict=True)
        changes = [Change(cell.key, cell.text, one.after) for cell, one in pairs if one.fate in CHANGES]
        return swapped(self._database, self._part.column, changes)

    def _next(self) -> _Tried | None:
        column = self._part.column
        if self._again:
            old = self._again.pop()
            return _Tried(cells_of(self._database, column, [cell.key for cell in old.page.cells]), old.tries)
        if not self._more:
            return None
        page = page_after(self._database, column, self._at, self._part.last)
        self._more = bool(page.cells)
        if not page.cells:
            return None
        self._at = page.cells[-1].key
        return _Tried(page, 0)

    def _count(self, tried: _Tried, turned: Sequence[Turned], overtaken: frozenset[str]) -> None:
        """Only what is committed counts."""
        again, name = [], partial(name_of, self._database, self._part.column)
        for cell, one in zip(tried.page.cells, turned, strict=True):
            if cell.key in overtaken:
                if tried.tries + 1 < _TRIES:
                    again.append(cell)
                else:
                    self._tally.set_aside(self._part.column, cell.key, name, RESTLESS)
            elif one.fate in CHANGES or one.fate == SAME:
                self._tally.fates[one.fate] += 1
            else:
                self._tally.set_aside(self._part.column, cell.key, name, one.fate)
        if again:
            self._again.append(_Tried(Page(self._part.column, again), tried.tries + 1))
        self._step(len(tried.page.cells) - len(again))
