"""A place that records are written to as well as read from, with regard for what is there and for other writers."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from safeconduct.secrets.exchange import definition_of
from safeconduct.secrets.place import Kind, Place, Record, Trouble
from safeconduct.secrets.records import RecordSource
from safeconduct.secrets.rules import RECORD_OVERTAKEN

if TYPE_CHECKING:
    from safeconduct.airflow.dialect import Dialect
    from safeconduct.model import Connection, Secret


@dataclass(frozen=True)
class Seen:
    """What stands under a name: the record, None for none, and a mark that is another one once somebody has written."""

    record: Record | None
    mark: object = None


class WritableSource(RecordSource):
    """A source that writes, too. What it writes reads back, here and in Airflow, as `read` has it.

    `keeps_versions` says that the place may keep what stood there before.
    """

    keeps_versions = True

    def text_of(self, connection: Connection, dialect: Dialect) -> Secret:
        """The text of this connection's record."""
        return definition_of(connection)

    @abstractmethod
    def see(self, kind: Kind, name: str) -> Seen:
        """What is there. Raises Trouble, also for a name that is not looked up here."""

    @abstractmethod
    def write(self, kind: Kind, name: str, text: Secret, seen: Seen) -> None:
        """Write the record where all is as it was seen. Raises Trouble."""

    @abstractmethod
    def remove(self, kind: Kind, name: str, seen: Seen) -> None:
        """Take the record away where all is as it was seen. Raises Trouble."""


def overtaken(place: Place, where: str) -> Trouble:
    """The trouble of a record that somebody else has written since it was seen."""
    message = f"{place.label}: {where} was written by somebody else at this moment; it is left as it is"
    return Trouble(RECORD_OVERTAKEN, message, {"place": place.label, "record": where})
