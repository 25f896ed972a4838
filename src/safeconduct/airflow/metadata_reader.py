"""The door to a metadata database: how one is read. Each kind of database is one more file."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import TYPE_CHECKING

from safeconduct.model import Finding, Secret, Unjudged

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Row = tuple[str | None, ...]
"""A row's values as text; a flag is `1`, `t` or `true` where it is set."""


class ReadFailed(Exception):
    """The database could not be read. The text is what it said, in one line; `why` is more where more is known.

    `layout` says that a table or a column is not there, so that it is worth a look which ones are.
    """

    def __init__(self, words: str, why: Finding | Unjudged | None = None, *, layout: bool = False) -> None:
        super().__init__(words)
        self.words = words
        self.why = why
        self.layout = layout


class Reading(ABC):
    """An open database. Its methods raise ReadFailed."""

    @abstractmethod
    def table(self, name: str) -> str:
        """The table's name as it stands in SQL, quoted and with its schema where one is configured."""

    def word(self, name: str) -> str:
        """A column's name as it stands in SQL where it might be read as a keyword."""
        return name

    @abstractmethod
    def rows(self, statement: str, parameters: Sequence[str] = ()) -> list[Row]:
        """What a SELECT with the parameters `$1`, `$2` ... gives."""

    @abstractmethod
    def columns(self, table: str) -> frozenset[str]:
        """The names of the table's columns; none where there is no such table."""


class Editing(Reading):
    """A database in a transaction of ours, which sees what it has changed. Its methods raise ReadFailed."""

    @abstractmethod
    def change(self, statement: str, parameters: Sequence[str | None] = ()) -> None:
        """Run an INSERT, UPDATE or DELETE, or what makes a table. Flags are 1 or 0, numbers are written out."""


@contextmanager
def in_transaction(editing: Editing, begin: str) -> Iterator[None]:
    """A transaction that this statement begins: kept at the end, undone by any error. Raises ReadFailed."""
    editing.change(begin)
    try:
        yield
    except BaseException:
        with suppress(ReadFailed):
            editing.change("ROLLBACK")
        raise
    editing.change("COMMIT")


class MetadataReader(ABC):
    """A database that can be opened. `label` is how people call it: "SQLite file /opt/airflow.db".

    `secrets` are those that a server could echo.
    """

    label: str
    secrets: tuple[Secret, ...] = ()

    @abstractmethod
    def open(self) -> AbstractContextManager[Reading]:
        """Open it, and close it at the end. Raises ReadFailed."""

    @abstractmethod
    def edit(self) -> AbstractContextManager[Editing]:
        """Open it in one transaction, which is kept at the end and undone by any error. Raises ReadFailed."""
