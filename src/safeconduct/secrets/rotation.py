"""Rotation of the Fernet key while Airflow runs, by one process or several.

What was done stays done, and is passed over by the next run, which so goes on where the last one ended, however it
ended.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from safeconduct.airflow.metadata_reader import ReadFailed
from safeconduct.secrets.census import Census, take_census
from safeconduct.secrets.rotation_part import PartRotation, Tally
from safeconduct.secrets.shared_work import HelperLost, shared, shares_of
from safeconduct.secrets.token_work import Turner

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from safeconduct.airflow.metadata_reader import MetadataReader
    from safeconduct.model import Secret
    from safeconduct.secrets.shared_work import Part

__all__ = ["PURPOSE", "Busy", "HelperLost", "Interrupted", "Rotated", "Tally", "rotate"]
PURPOSE = "rotation"


class Busy(Exception):
    """Another rotation is under way in this database."""


class Interrupted(Exception):
    """The database failed on the way. The text is what it said; `done` is what was rotated before, which stays so."""

    def __init__(self, words: str, done: Tally) -> None:
        super().__init__(words)
        self.words = words
        self.done = done


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

    Each process has a session of its own and a part of each column. `step` hears of each page how many cells it had,
    twice for each cell. Raises Busy, Interrupted, ReadFailed, HelperLost.
    """
    began, tally = int(time.time()), Tally()
    with reader.alone(PURPOSE) as alone:
        if not alone:
            raise Busy
        try:
            # The lock's session is open, which the helpers hold, too: so it ends with the last of them.
            shared(partial(_turn, reader, keys), shares_of(reader, processes), tally, step)
            census = take_census(reader, keys, processes, step)
        except ReadFailed as failure:
            raise Interrupted(failure.words, tally) from failure
    return Rotated(tally, census, began)


def _turn(
    reader: MetadataReader, keys: Sequence[Secret], share: Sequence[Part], tally: Tally, step: Callable[[int], object]
) -> None:
    turner = Turner(keys)
    with reader.work() as database:
        for part in share:
            PartRotation(database, part, turner, tally, step).rotate()
