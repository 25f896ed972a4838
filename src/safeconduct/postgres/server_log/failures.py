"""Refused logins in a server log."""

from __future__ import annotations

import re
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from safeconduct.masking import Masker
from safeconduct.postgres.server_log import texts
from safeconduct.postgres.server_log.causes import Cause, Evidence, cause_of
from safeconduct.postgres.server_log.matched_line import matched_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from safeconduct.postgres.server_log.entry import LogEntry
    from safeconduct.postgres.server_log.matched_line import MatchedLine
    from safeconduct.postgres.server_log.texts import Text

_SESSIONS = 4096  # processes whose last messages are remembered
_MESSAGES = 6  # of each
_LONGEST = 2000
# Class 28 is the refusal itself; the others end a login at its later steps (postinit.c, miscinit.c, proc.c).
_LATER_SQLSTATES = frozenset({"3D000", "53300", "55000", "57P03", "42501"})
_STARTING = frozenset({"authentication", "startup"})
_HOST_FIRST = frozenset({*texts.REJECTS, *texts.NO_ENTRY})


@dataclass(frozen=True)
class FailedLogin:
    """A login that the server refused, with what only its log tells.

    `cause` is OTHER with an `unjudged` reason where the log does not tell the cause, and OTHER without one where it is
    of another kind: read `message` then. `hba_line` is the line of `hba_file` that the login had matched. `before`
    is what the same process had logged about it. A field is None where the log does not have it. Passwords in pg_hba
    lines are masked.
    """

    time: datetime | None
    user: str | None
    database: str | None
    client_host: str | None
    sqlstate: str | None
    message: str
    detail: str | None
    hba_file: str | None
    hba_line: int | None
    cause: Cause
    unjudged: str = ""
    before: tuple[str, ...] = ()
    pid: int | None = field(default=None)
    source: str = ""


class Finder:
    """Takes entries in the order in which they were written, and gives the refused logins among them.

    A login that stands there in several formats (log_destination = 'stderr,jsonlog') is given once.
    """

    def __init__(self) -> None:
        self._before: OrderedDict[int, deque[str]] = OrderedDict()
        self._given: OrderedDict[tuple[object, ...], None] = OrderedDict()

    def take(self, entry: LogEntry) -> FailedLogin | None:
        """The refused login that this entry is, if it is one."""
        if not entry.is_fatal:
            self._remember(entry)
            return None
        before = self._before.pop(entry.pid, ()) if entry.pid is not None else ()
        failure = _failed_login(entry, before)
        return failure if failure and self.is_new(failure) else None

    def _remember(self, entry: LogEntry) -> None:
        if entry.pid is None or entry.severity != "LOG":
            return
        kept = self._before.setdefault(entry.pid, deque(maxlen=_MESSAGES))
        kept.append(entry.message[:_LONGEST])
        self._before.move_to_end(entry.pid)
        if len(self._before) > _SESSIONS:
            self._before.popitem(last=False)

    def is_new(self, failure: FailedLogin) -> bool:
        """Whether it was not given before. Without a time or a process id that cannot be told, and it is new."""
        if failure.pid is None or failure.time is None:
            return True
        key = (failure.pid, failure.time.replace(microsecond=0), failure.message)
        if key in self._given:
            return False
        self._given[key] = None
        if len(self._given) > _SESSIONS:
            self._given.popitem(last=False)
        return True


def failed_logins(entries: Iterable[LogEntry]) -> Iterator[FailedLogin]:
    """The refused logins among the entries, which come in the order in which they were written."""
    finder = Finder()
    return (failure for entry in entries if (failure := finder.take(entry)))


def _failed_login(entry: LogEntry, before: Iterable[str]) -> FailedLogin | None:
    message = texts.recognised(entry.message)
    foreign = message is None
    matched = matched_line(entry.detail) if entry.detail else None
    if foreign:
        message = texts.recognised(entry.message, foreign=True)
    if not _is_login(entry, message, matched):
        return None
    said = [text for one in before if (text := texts.recognised(one, foreign=foreign))]
    evidence = _evidence(entry, message, matched, said, foreign=foreign)
    cause, unjudged = cause_of(evidence)
    told = _told(message, said)
    return FailedLogin(
        time=entry.time,
        user=entry.user or told.get("user"),
        database=entry.database or told.get("database"),
        client_host=entry.client_host or told.get("host"),
        sqlstate=entry.sqlstate,
        message=entry.message,
        detail=_masked(entry.detail) if entry.detail else None,
        hba_file=matched.file if matched else None,
        hba_line=matched.line if matched else None,
        cause=cause,
        unjudged=unjudged,
        before=tuple(_masked(_filled(text)) for text in said if text.original not in texts.RECEIVED),
        pid=entry.pid,
        source=entry.source,
    )


def _is_login(entry: LogEntry, message: Text | None, matched: MatchedLine | None) -> bool:
    if entry.sqlstate is not None:
        if entry.sqlstate.startswith("28") or entry.sqlstate in _LATER_SQLSTATES:
            return True
        return entry.activity in _STARTING
    return matched is not None or (message is not None and message.original in texts.REFUSALS)


def _evidence(
    entry: LogEntry, message: Text | None, matched: MatchedLine | None, before: list[Text], *, foreign: bool
) -> Evidence:
    rest = entry.detail or ""
    if matched:
        rest = "\n".join(rest.split("\n")[:-1])
    return Evidence(
        sqlstate=entry.sqlstate,
        message=message,
        detail=texts.recognised(rest, foreign=foreign) if rest else None,
        has_detail=entry.detail is not None,
        has_more_detail=bool(rest),
        matched=matched,
        before=before,
        knows_before=entry.pid is not None,
    )


def _told(message: Text | None, before: list[Text]) -> dict[str, str]:
    """Names and the address, out of texts; the names that a format gives by itself are surer."""
    told: dict[str, str] = {}
    for text in before:
        if text.original in texts.RECEIVED:
            told["host"] = text.values[0]
    if message is None:
        return told
    if message.original in _HOST_FIRST:
        told |= dict(zip(("host", "user", "database"), message.values, strict=False))
        if "replication" in message.original:
            told["database"] = "replication"
    elif len(message.values) == 1:
        about_database = " database " in f" {message.original}"
        told["database" if about_database else "user"] = message.values[0]
    return told


def _filled(text: Text) -> str:
    """The text in English, with its values."""
    pieces = re.split(r"%[sd]", text.original)
    return "".join(piece + value for piece, value in zip(pieces, (*text.values, ""), strict=True))


def _masked(text: str) -> str:
    return Masker().text(text)
