"""What was found in a folder of DAG files, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from safeconduct.model import Location


WHEN_IT_RUNS = "it is known only when the DAG runs"
"""Why most of what is not told is not."""


class ParametersKind(Enum):
    """How a statement's parameters are given, which tells whether its `%s` and `%(x)s` are placeholders."""

    NONE = "none"
    MAPPING = "mapping"
    SEQUENCE = "sequence"
    UNKNOWN = "unknown"


class Resolution(Enum):
    """Where the text of a statement came from."""

    LITERAL = "written in the call"
    COMPUTED = "computed from constants"
    FILE = "read from a template file"
    DERIVED = "derived from what the call does"


@dataclass(frozen=True)
class DagStatement:
    """SQL that one call sends; several texts where the call was given a list of them.

    In the texts a value that is known only when the DAG runs stands as `%(name)s`, or as nothing (or a date of the
    right form) where it stands within quotes; line numbers are those of the source text. `conn_id` is None where it
    is not known, and `conn_reason` says why. `assumptions` are sentences on what was taken for granted. `files` has for
    each text the file that it was read from, its path relative to the folder, and its last line; None where the text
    is the call's own.
    """

    sql: tuple[str, ...]
    conn_id: str | None
    conn_reason: str | None
    location: Location
    callee: str
    dag_id: str | None
    task_id: str | None
    parameters: ParametersKind
    resolution: Resolution
    database: str | None = None
    schema: str | None = None
    files: tuple[Location | None, ...] = ()
    assumptions: tuple[str, ...] = ()

    @property
    def template(self) -> str | None:
        """The file that its SQL was read from; the last, where there are several."""
        return next((file.file for file in reversed(self.files) if file is not None), None)


@dataclass(frozen=True)
class UnresolvedCall:
    """A call that sends SQL which could not be told: `reason` is a sentence, `missing` the expression it is about."""

    location: Location
    callee: str
    reason: str
    missing: str
    dag_id: str | None = None
    task_id: str | None = None
    conn_id: str | None = None


@dataclass(frozen=True)
class UnreadFile:
    """A file that was not read, and why, in a sentence. `line` is 0 where the reason has none."""

    location: Location
    reason: str


@dataclass(frozen=True)
class DagSql:
    """All SQL of a folder: what could be told, what could not, and the files that were not read."""

    statements: tuple[DagStatement, ...]
    unresolved: tuple[UnresolvedCall, ...]
    unread: tuple[UnreadFile, ...]
    files: int

    @property
    def found(self) -> int:
        """How many calls were found: the resolved and the unresolved ones; one in a loop counts each time."""
        return len(self.statements) + len(self.unresolved)
