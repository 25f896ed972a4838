"""The door of the secrets backends: what one is asked, and what it may answer. Each backend is one more file."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from safeconduct.model import Connection, Finding, Secret, Unjudged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from safeconduct.secrets.variables import Variable


@dataclass(frozen=True)
class Found:
    """A connection, its secrets opened, and the words of the first two stages about it.

    `definition` says where it stands, `credential` what it proves itself with and how that was opened; `warnings` and
    `unjudged` are of places that Airflow passes over on the way there. `in_row` says that the metadata database has it.
    """

    connection: Connection
    definition: str
    credential: str
    warnings: tuple[Finding, ...] = ()
    unjudged: tuple[Unjudged, ...] = ()
    in_row: bool = False


Answer = Found | Finding | Unjudged
"""What a look-up ends with. A Finding is a fault of the definition; Unjudged, that a place could not be asked."""


@dataclass(frozen=True)
class FoundVariable:
    """A variable, where it stands, and what was wrong on the way there, or is odd with it."""

    variable: Variable
    where: str
    faults: tuple[Finding | Unjudged, ...] = ()


class ConnectionBackend(ABC):
    """One place that connections are kept in. `name` is how people call it: "metadata database".

    `asked_first` says that somebody configured it to be asked before Airflow's own places: a reader is told that it
    was, also where it has nothing.
    """

    name: str
    asked_first = False

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """What opens the place itself, so that no output shows it."""
        return ()

    @property
    def place(self) -> str:
        """Where exactly it looks, for a reader who wonders whether that is the right place."""
        return self.name

    @abstractmethod
    def get(self, conn_id: str) -> Answer | None:
        """The connection of this id; None when it is not kept here."""

    @abstractmethod
    def conn_ids(self) -> tuple[str, ...] | Finding | Unjudged:
        """The ids that are kept here, sorted."""

    @abstractmethod
    def all(self) -> Iterator[tuple[str, Answer]]:
        """Every connection that is kept here by its id; a row that cannot be read is an answer of its own.

        Where the place itself cannot be asked, one pair with an empty id.
        """

    def variable(self, key: str) -> FoundVariable | Finding | Unjudged | None:
        """The variable of this key; None when it is not kept here, or no variables are."""
        return None

    def all_opened(self) -> Iterator[tuple[str, Answer]]:
        """The same, where `all` leaves the credentials of some types unopened."""
        return self.all()


def credential_words(connection: Connection, opened: str = "") -> str:
    """What a connection proves itself with; `opened` says how the password was opened."""
    if not connection.password:
        return "no password in the connection"
    return f"password, {opened}" if opened else "password"
