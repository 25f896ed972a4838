"""Which format a log is in, by its content: names of files say nothing reliable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from safeconduct.postgres.server_log.csvlog import CsvLog
from safeconduct.postgres.server_log.jsonlog import JsonLog
from safeconduct.postgres.server_log.plainlog import plain_log

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from safeconduct.postgres.server_log.entry import LogEntry

_SAMPLED_LINES = 400


class Format(Protocol):
    """One of the formats of log_destination. `tells_sqlstate` says whether its entries have an SQLSTATE."""

    @property
    def name(self) -> str:
        """The word of log_destination."""

    @property
    def tells_sqlstate(self) -> bool:
        """Whether entries have one; where not, only words tell what is meant."""

    def time_at(self, line: bytes) -> datetime | None:
        """When the entry was written that begins in this line; None where none does."""

    def entries(self, lines: Iterable[bytes], source: str) -> Iterator[LogEntry]:
        """The entries of lines that begin with one; what is none is passed over."""


def recognised(sample: Sequence[bytes], prefix: str | None = None) -> Format | None:
    """The format of a log with these lines; None where they are no log of PostgreSQL.

    The first line may be the rest of an entry. `prefix` is the log_line_prefix, where it is known.
    """
    taken = sample[:_SAMPLED_LINES]
    for structured in (JsonLog(), CsvLog()):
        if any(structured.time_at(line) for line in taken):
            return structured
    return plain_log(taken, prefix)
