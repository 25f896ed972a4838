"""Entries of the plain format put together: severity line, DETAIL line, continuation lines, by process id."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from safeconduct.postgres.server_log.entry import LogEntry
from safeconduct.postgres.server_log.matched_line import matched_line
from safeconduct.postgres.server_log.words import PARTS, SEVERITIES, untranslated

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

_OPEN = 64  # entries that may still get a DETAIL, while lines of as many other processes come between
_LONGEST_TEXT = 1 << 20
_LOCATION = re.compile(r"(\w+), \w+\.(?:c|y|l|h):\d+$")


class Line(NamedTuple):
    """One line with a prefix. `label` is its severity or the name of its part; `stamp` its time as it stands."""

    label: str
    text: str
    time: datetime | None
    stamp: str
    pid: int | None
    user: str | None
    database: str | None
    client_host: str | None
    sqlstate: str | None
    activity: str | None


@dataclass(slots=True)
class _Open:
    """An entry that is not known to be whole."""

    first: Line
    message: list[str] = field(default_factory=list)
    detail: list[str] = field(default_factory=list)
    unnamed: list[str] = field(default_factory=list)
    routine: str | None = None
    size: int = 0
    is_whole: bool = False

    def closed(self, source: str) -> LogEntry:
        detail = "\n".join(self.detail) or None
        unnamed = "\n".join(self.unnamed)
        if detail is None and unnamed and matched_line(unnamed):  # DETAIL in a language that we do not know
            detail = unnamed
        line = self.first
        return LogEntry(
            severity=untranslated(line.label),
            message="\n".join(self.message),
            detail=detail,
            time=line.time,
            pid=line.pid,
            user=line.user,
            database=line.database,
            client_host=line.client_host,
            sqlstate=line.sqlstate,
            routine=self.routine,
            activity=line.activity,
            source=source,
        )


class Assembly:
    """Takes the lines of one file in turn, and gives whole entries in the order of their first lines."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._open: deque[_Open] = deque()
        self._last_of: dict[int | None, _Open] = {}
        self._part: list[str] | None = None
        self._entry: _Open | None = None

    def take(self, line: Line) -> Iterator[LogEntry]:
        """A line with a prefix: an entry begins, or the one before of the same process goes on."""
        label = untranslated(line.label)
        before = self._last_of.get(line.pid)
        self._entry, self._part = before, None
        if label in SEVERITIES or before is None:
            self._begin(line)
        elif label not in PARTS and line.stamp != before.first.stamp:
            self._begin(line)  # a severity in a language that we do not know
        else:
            self._part = _part(before, line, label)
            self.go_on(line.text)
        while self._open and (self._open[0].is_whole or len(self._open) > _OPEN):
            yield self._closed(self._open.popleft())

    def go_on(self, text: str) -> None:
        """A line without a prefix: what the line before said goes on."""
        if self._part is not None and self._entry and self._entry.size < _LONGEST_TEXT:
            self._part.append(text)
            self._entry.size += len(text)

    def rest(self) -> Iterator[LogEntry]:
        """What is left when the file ends."""
        while self._open:
            yield self._closed(self._open.popleft())

    def _begin(self, line: Line) -> None:
        if before := self._last_of.get(line.pid):
            before.is_whole = True
        entry = _Open(line, message=[line.text], size=len(line.text))
        self._open.append(entry)
        self._last_of[line.pid] = self._entry = entry
        self._part = entry.message

    def _closed(self, entry: _Open) -> LogEntry:
        if self._last_of.get(entry.first.pid) is entry:
            del self._last_of[entry.first.pid]
        return entry.closed(self._source)


def _part(entry: _Open, line: Line, label: str) -> list[str] | None:
    """Where the line's text belongs; None where we do not keep it: statements, hints, contexts."""
    if location := _LOCATION.fullmatch(line.text):
        entry.routine = location[1]
        return None
    if label == "DETAIL":
        return entry.detail
    return None if label in PARTS else entry.unnamed
