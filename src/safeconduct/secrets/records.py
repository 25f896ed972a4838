"""A backend on top of a place that keeps records by name: asked with patience, and not twice for the same."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from safeconduct.airflow.connection_json import parse_definition
from safeconduct.model import Finding, Secret, Severity, Unjudged
from safeconduct.secrets.cache import Cache
from safeconduct.secrets.interface import Answer, ConnectionBackend, Found, FoundVariable, credential_words
from safeconduct.secrets.patience import TooSlow, within
from safeconduct.secrets.place import Kind, Place, Record, Trouble
from safeconduct.secrets.rules import FORBIDDEN, UNREACHABLE
from safeconduct.secrets.sparing import spared
from safeconduct.secrets.variables import Variable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from safeconduct.airflow.dialect import Dialect

Asked = TypeVar("Asked")

GRACE = 0.5
"""Seconds that a library has, after its own time is up, to say so in its own words."""
REMEMBERED = 30.0
"""Seconds that a place which is down is not asked again: each would cost the whole timeout, or another login."""


class RecordSource(ABC):
    """What one kind of place knows: where a name's record is, and how to fetch it."""

    place: Place

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """What opens the place."""
        return ()

    @abstractmethod
    def read(self, kind: Kind, name: str) -> Record | None:
        """The record of this name; None when there is none, or none is to be looked for here. Raises Trouble."""

    @abstractmethod
    def names(self, kind: Kind) -> tuple[str, ...] | None:
        """The names that are kept, sorted; None where they can only be looked up one by one. Raises Trouble."""


class RecordBackend(ConnectionBackend):
    """Asks a source. One answer is kept for a while, and so is that the place cannot answer at all."""

    asked_first = True

    def __init__(
        self,
        source: RecordSource,
        dialect: Dialect,
        timeout: float,
        cache: Cache[Record | None] | None = None,
        troubles: Cache[Trouble] | None = None,
    ) -> None:
        self.name = source.place.label
        self._source = source
        self._dialect = dialect
        self._timeout = timeout
        self._cache: Cache[Record | None] = Cache() if cache is None else cache
        self._troubles: Cache[Trouble] = Cache(1, REMEMBERED) if troubles is None else troubles

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """See ConnectionBackend."""
        return self._source.secrets

    def get(self, conn_id: str) -> Answer | None:
        """See ConnectionBackend."""
        record = self.record(Kind.CONNECTION, conn_id)
        if record is None or isinstance(record, (Finding, Unjudged)):
            return record
        where = f"{self.name}, {record.where}"
        if not record.text:
            return None  # as Airflow, which asks `if value`
        connection = parse_definition(conn_id, record.text, self._dialect)
        if isinstance(connection, Finding):
            return replace(connection, evidence={"record": where, **connection.evidence})
        warnings = tuple(replace(one.finding(conn_id), severity=Severity.WARNING) for one in record.warnings)
        return Found(connection, where, credential_words(connection), warnings)

    def variable(self, key: str) -> FoundVariable | Finding | Unjudged | None:
        """See ConnectionBackend."""
        record = self.record(Kind.VARIABLE, key)
        if record is None or isinstance(record, (Finding, Unjudged)):
            return record
        warnings = tuple(replace(one.finding(key), severity=Severity.WARNING) for one in record.warnings)
        return FoundVariable(Variable(key, record.text), f"{self.name}, {record.where}", warnings)

    def record(self, kind: Kind, name: str) -> Record | Finding | Unjudged | None:
        """The record of this name as it stands, or why it cannot be had; None when there is none."""
        if kept := self._cache.get((kind, name)):
            return kept[0]
        answer = self._asked(name, partial(self._source.read, kind, name))
        if answer is None or isinstance(answer, Record):
            self._cache.put((kind, name), answer)
        return answer

    def option(self, name: str) -> Secret | Finding | Unjudged | None:
        """The value that a `_secret` option of this path stands for."""
        record = self.record(Kind.CONFIG, name)
        return record.text if isinstance(record, Record) else record

    def conn_ids(self) -> tuple[str, ...] | Finding | Unjudged:
        """See ConnectionBackend. Looking a connection up needs no permission to list them, so that may be missing."""
        names = self._asked(self.name, partial(self._source.names, Kind.CONNECTION))
        if names is None or (isinstance(names, Finding) and names.rule == FORBIDDEN.id):
            return Unjudged(self.name, "what is kept there may be looked up by its name, but not listed")
        return names

    def all(self) -> Iterator[tuple[str, Answer]]:
        """See ConnectionBackend."""
        names = self.conn_ids()
        if isinstance(names, (Finding, Unjudged)):
            yield "", names
            return
        for name in names:
            answer = spared(name, partial(self.get, name))
            if answer is not None:
                yield name, answer

    def _asked(self, subject: str, ask: Callable[[], Asked]) -> Asked | Finding:
        if known := self._troubles.get(()):
            return known[0].finding(subject)
        try:
            return within(self._timeout + GRACE, ask)
        except TooSlow:
            trouble = Trouble(
                UNREACHABLE,
                f"{self.name} did not answer within {self._timeout:g} s",
                {"place": self.name, "waited": f"{self._timeout:g} s"},
                lasting=True,
            )
        except Trouble as error:
            trouble = error
        if trouble.lasting:
            self._troubles.put((), trouble)
        return trouble.finding(subject)
