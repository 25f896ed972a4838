"""Rotation of the Fernet key while Airflow runs: page by page, each cell by compare-and-swap.

What was done stays done, and is passed over by the next run, which so goes on where the last one ended, however it
ended.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from safeconduct.airflow.credential_columns import Page, cells_of, columns_there, name_of, page_after, swapped
from safeconduct.airflow.metadata_reader import Change, ReadFailed
from safeconduct.secrets.census import MOST_NAMED, Aside, Census, take_census
from safeconduct.secrets.token_processes import turners
from safeconduct.secrets.token_work import CHANGES, SAME

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from safeconduct.airflow.credential_columns import CredentialColumn
    from safeconduct.airflow.metadata_reader import Editing, MetadataReader
    from safeconduct.model import Secret
    from safeconduct.secrets.token_processes import Turners
    from safeconduct.secrets.token_work import Turned

RESTLESS = "restless"
"""A cell that was changed by others each time that it was to be swapped."""
PURPOSE = "rotation"
_TRIES = 5


class Busy(Exception):
    """Another rotation is under way in this database."""


class Interrupted(Exception):
    """The database failed on the way. `why` is what it said; `done` what was rotated before, which stays so."""

    def __init__(self, why: ReadFailed, done: Tally) -> None:
        super().__init__(why.words)
        self.why = why
        self.done = done


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


@dataclass(frozen=True)
class Rotated:
    """What was done, and what is there at the end: told by the first key alone (1) and the others (from 2).

    `began` is when, in seconds since 1970 by this machine's clock.
    """

    tally: Tally
    census: Census
    began: int


def rotate(
    reader: MetadataReader,
    keys: Sequence[Secret],
    processes: int = 1,
    step: Callable[[int], object] = lambda _: None,
) -> Rotated:
    """Turn all there is into tokens of the first key, and look at the end whether it has signed them all.

    `step` hears of each page how many cells it had, twice for each cell. Raises Busy, Interrupted, ReadFailed,
    HelperLost.
    """
    began, tally = int(time.time()), Tally()
    with turners(keys, processes) as helpers, reader.alone(PURPOSE) as alone:
        if not alone:
            raise Busy
        try:
            with reader.work() as database:
                for column in columns_there(database):
                    _Column(database, column, helpers, tally, step).rotate()
                census = take_census(database, keys, step)
        except ReadFailed as failure:
            raise Interrupted(failure, tally) from failure
    return Rotated(tally, census, began)


class _Column:
    """One column's way through the turners. Each transaction writes a page that is turned and reads the next."""

    def __init__(
        self,
        database: Editing,
        column: CredentialColumn,
        helpers: Turners[_Tried],
        tally: Tally,
        step: Callable[[int], object],
    ) -> None:
        self._database = database
        self._column = column
        self._helpers = helpers
        self._tally = tally
        self._step = step
        self._last: str | None = None
        self._more = True
        self._again: list[_Tried] = []

    def rotate(self) -> None:
        """To the end of the column."""
        turned: tuple[_Tried, list[Turned]] | None = None
        while True:
            page = self._written_and_read(turned)
            turned = None
            if page is not None:
                self._helpers.put(page, [(cell.text, cell.encrypted) for cell in page.page.cells])
                if not self._helpers.full and (self._more or self._again):
                    continue
            if self._helpers.waiting:
                turned = self._helpers.take()
            elif not self._again:
                return

    def _written_and_read(self, turned: tuple[_Tried, list[Turned]] | None) -> _Tried | None:
        with self._database.transaction():
            overtaken = self._write(*turned) if turned else frozenset()
            page = self._next()
        if turned:
            self._count(*turned, overtaken)
        return page

    def _write(self, tried: _Tried, turned: Sequence[Turned]) -> frozenset[str]:
        pairs = zip(tried.page.cells, turned, strict=True)
        changes = [Change(cell.key, cell.text, one.after) for cell, one in pairs if one.fate in CHANGES]
        return swapped(self._database, self._column, changes)

    def _next(self) -> _Tried | None:
        if self._again:
            old = self._again.pop()
            return _Tried(cells_of(self._database, self._column, [cell.key for cell in old.page.cells]), old.tries)
        if not self._more:
            return None
        page = page_after(self._database, self._column, self._last)
        self._more = bool(page.cells)
        if not page.cells:
            return None
        self._last = page.cells[-1].key
        return _Tried(page, 0)

    def _count(self, tried: _Tried, turned: Sequence[Turned], overtaken: frozenset[str]) -> None:
        """Only what is committed counts."""
        again, name = [], partial(name_of, self._database, self._column)
        for cell, one in zip(tried.page.cells, turned, strict=True):
            if cell.key in overtaken:
                if tried.tries + 1 < _TRIES:
                    again.append(cell)
                else:
                    self._tally.set_aside(self._column, cell.key, name, RESTLESS)
            elif one.fate in CHANGES or one.fate == SAME:
                self._tally.fates[one.fate] += 1
            else:
                self._tally.set_aside(self._column, cell.key, name, one.fate)
        if again:
            self._again.append(_Tried(Page(self._column, again), tried.tries + 1))
        self._step(len(tried.page.cells) - len(again))


@dataclass(frozen=True)
class _Tried:
    """A page, and how often its cells were overtaken before."""

    page: Page
    tries: int
