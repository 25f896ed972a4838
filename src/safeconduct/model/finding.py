"""Findings and remedies: what is wrong, on what evidence, and what exactly mends it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from safeconduct.model.stage import Stage


_SHOWN = 5
"""Places that are told in a line."""


class Severity(str, Enum):
    """How much a finding matters: an error keeps something out, a warning may, a note informs."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class RemedyKind(str, Enum):
    """What kind of text a remedy is, so that a reader knows where to paste it."""

    SQL = "sql"
    PG_HBA = "pg_hba"
    OPTION = "option"
    COMMAND = "command"


@dataclass(frozen=True)
class Remedy:
    """Text that can be pasted as it stands.

    `proven` is True only where we saw that it helps, False where we saw that it does not, and None where
    nobody has tried it. `when` says under which of several possible causes it applies ("" for always).
    """

    kind: RemedyKind
    text: str
    proven: bool | None = None
    when: str = ""


@dataclass(frozen=True)
class Location:
    """A place in somebody's file."""

    file: str
    line: int


def listed(places: Sequence[Location]) -> str:
    """The first few of these places in one line, and how many more there are."""
    shown = ", ".join(f"{place.file}:{place.line}" for place in places[:_SHOWN])
    return f"{shown} and {len(places) - _SHOWN} more" if len(places) > _SHOWN else shown


@dataclass(frozen=True)
class Finding:
    """A refusal or a fault, as a value. `stage` is None for findings that belong to no walk.

    `message` is one sentence; `evidence` is what was seen (SQLSTATE, the server's words, file and option names);
    `possible` lists the causes that remain where what was seen has several, each with how to find out.
    """

    rule: str
    subject: str
    message: str
    stage: Stage | None = None
    severity: Severity = Severity.ERROR
    evidence: Mapping[str, str] = field(default_factory=dict)
    possible: tuple[str, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    location: Location | None = None


@dataclass(frozen=True)
class Unjudged:
    """Something that could not be found out, with the reason: it is said, never left out."""

    subject: str
    reason: str
