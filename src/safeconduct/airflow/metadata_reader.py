"""The door to a metadata database: how one is read. Each kind of database is one more file."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from safeconduct.model import Finding, Secret, Unjudged

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

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

    def text(self, value: str, kind: str) -> str:
        """What makes a text of a value of this type, whether it is JSON, octets or a text already."""
        return f"CAST({value} AS TEXT)"

    @abstractmethod
    def rows(self, statement: str, parameters: Sequence[str] = ()) -> list[Row]:
        """What a SELECT with the parameters `$1`, `$2` ... gives."""

    @abstractmethod
    def columns(self, table: str) -> Mapping[str, str]:
        """The types of the table's columns in lower case, by their names; none where there is no such table."""


class Change(NamedTuple):
    """What a column of one row is to hold, and what it must hold still for that."""

    key: str
    before: str
    after: str


@dataclass(frozen=True)
class Swap:
    """Changes of one column. `key` is the primary key's column; `flag` is set with each change where there is one."""

    table: str
    key: str
    column: str
    flag: str
    changes: Sequence[Change]


class Editing(Reading):
    """A database that may be changed. Its methods raise ReadFailed."""

    begin = "BEGIN"

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What is changed within is kept at the end, and undone by any error."""
        self.change(self.begin)
        try:
            yield
        except BaseException:
            with suppress(ReadFailed):
                self.change("ROLLBACK")
            raise
        self.change("COMMIT")

    @abstractmethod
    def swap(self, swap: Swap) -> frozenset[str]:
        """Make each change whose row holds still what it must: compare and swap. The keys of the others."""

    @abstractmethod
    def change(self, statement: str, parameters: Sequence[str | None] = ()) -> None:
        """Run an INSERT, UPDATE or DELETE, or what makes a table. Flags are 1 or 0, numbers are written out."""


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
    def work(self) -> AbstractContextManager[Editing]:
        """Open it for changes, in no transaction yet, and close it at the end. Raises ReadFailed."""

    @contextmanager
    def edit(self) -> Iterator[Editing]:
        """Open it in one transaction, which is kept at the end and undone by any error. Raises ReadFailed."""
        with self.work() as editing, editing.transaction():
            yield editing

    @abstractmethod
    def alone(self, purpose: str) -> AbstractContextManager[bool]:
        """Whether nobody else is within the same for this purpose, on whatever machine; kept until the end.

        It ends with the process, however that ends. Raises ReadFailed.
        """
