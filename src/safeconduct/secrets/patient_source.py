"""A place that is written to, waited for only so long: one that drips its answers would hold a move up for ever."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeVar

from safeconduct.secrets.patience import TooSlow, within
from safeconduct.secrets.place import Kind, Record, Trouble
from safeconduct.secrets.rules import UNREACHABLE
from safeconduct.secrets.writing import Seen, WritableSource

if TYPE_CHECKING:
    from collections.abc import Callable

    from safeconduct.airflow.dialect import Dialect
    from safeconduct.model import Connection, Secret

Answered = TypeVar("Answered")
_REQUESTS = 3
"""One step at a place may be a login, a look and a write."""


class PatientSource(WritableSource):
    """Another source, each step of which has `timeout` seconds for each of its requests.

    A write that took too long may be there all the same; whoever goes on reads it first.
    """

    def __init__(self, source: WritableSource, timeout: float) -> None:
        self._source = source
        self._seconds = timeout * _REQUESTS
        self.place = source.place
        self.keeps_versions = source.keeps_versions

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """See RecordSource."""
        return self._source.secrets

    def text_of(self, connection: Connection, dialect: Dialect) -> Secret:
        """See WritableSource."""
        return self._source.text_of(connection, dialect)

    def read(self, kind: Kind, name: str) -> Record | None:
        """See RecordSource."""
        return self._within(partial(self._source.read, kind, name))

    def names(self, kind: Kind) -> tuple[str, ...] | None:
        """See RecordSource."""
        return self._within(partial(self._source.names, kind))

    def see(self, kind: Kind, name: str) -> Seen:
        """See WritableSource."""
        return self._within(partial(self._source.see, kind, name))

    def write(self, kind: Kind, name: str, text: Secret, seen: Seen) -> None:
        """See WritableSource."""
        self._within(partial(self._source.write, kind, name, text, seen))

    def remove(self, kind: Kind, name: str, seen: Seen) -> None:
        """See WritableSource."""
        self._within(partial(self._source.remove, kind, name, seen))

    def _within(self, ask: Callable[[], Answered]) -> Answered:
        try:
            return within(self._seconds, ask)
        except TooSlow:
            waited = f"{self._seconds:g} s"
            message = f"{self.place.label} did not answer within {waited}"
            raise Trouble(UNREACHABLE, message, {"place": self.place.label, "waited": waited}, lasting=True) from None
