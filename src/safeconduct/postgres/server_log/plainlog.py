"""The plain format (`stderr`), with any log_line_prefix.

A line that a client caused can be forged: names stand in it as they were sent, line ends included. csvlog and
jsonlog quote them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from safeconduct.postgres.server_log.assembly import Assembly, Line
from safeconduct.postgres.server_log.clock import TIME, moment, since_epoch
from safeconduct.postgres.server_log.jsonlog import json_object
from safeconduct.postgres.server_log.prefix import COMMON, any_pattern, line_pattern
from safeconduct.postgres.server_log.words import SEVERITIES, untranslated

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from safeconduct.postgres.server_log.entry import LogEntry

_KEY_VALUE = re.compile(r"\b(user|usr|db|database|dbname|client|host|rhost|remote)=([^,\s]*)")
_KEYS = {"usr": "user", "db": "database", "dbname": "database", "client": "host", "rhost": "host", "remote": "host"}
_BRACKETED = re.compile(r"\[(\d{1,18})(?:-\d+)?\]")
_TIME = re.compile(TIME)
_PORT = re.compile(r"\(\d*\)$")
# Around a line of the server where something else has kept its log: Docker and Google as JSON, Compose by a name.
_WRAPPED_IN = ("log", "textPayload")
_COMPOSE = re.compile(rb"^[\w.-]{1,80} {0,20}\| ")


@dataclass(frozen=True)
class PlainLog:
    """The format stderr, its lines as one of these patterns says (the likeliest first); see Format."""

    patterns: tuple[re.Pattern[str], ...]
    name: str = "stderr"
    tells_sqlstate: bool = False

    def time_at(self, line: bytes) -> datetime | None:
        """When the entry was written that begins in this line."""
        read = self.read(unwrapped(line))
        return read.time if read and untranslated(read.label) in SEVERITIES else None

    def entries(self, lines: Iterable[bytes], source: str) -> Iterator[LogEntry]:
        """The entries of lines that begin with one. A name with a line end in it breaks a line: it is mended."""
        assembly = Assembly(source)
        broken = ""
        for raw in lines:
            text = unwrapped(raw)
            read = self._read_on(broken, text)
            broken = ""
            if read:
                yield from assembly.take(read)
            elif text.startswith("\t"):
                assembly.go_on(text[1:])
            elif _TIME.match(text):
                broken = text[:1000]
        yield from assembly.rest()

    def _read_on(self, broken: str, text: str) -> Line | None:
        if text.startswith("\t"):
            return None
        mended = broken and not _TIME.match(text) and self.read(f"{broken}\n{text}")
        return mended or self.read(text)

    def read(self, text: str) -> Line | None:
        """What a line says that is no continuation."""
        for pattern in self.patterns:
            if found := pattern.match(text):
                return _line(found)
        return None


def unwrapped(raw: bytes) -> str:
    """The line as the server wrote it, out of the JSON or the name that a container's log puts around it."""
    wrapped = json_object(raw) or {}
    inner = next((wrapped[key] for key in _WRAPPED_IN if isinstance(wrapped.get(key), str)), None)
    if inner is not None:
        return str(inner).rstrip("\r\n")
    return _COMPOSE.sub(b"", raw, count=1).decode("utf-8", "replace")


def plain_log(sample: Sequence[bytes], prefix: str | None = None) -> PlainLog | None:
    """The format of these lines; None where none of them is the server's. `prefix` is their log_line_prefix."""
    patterns = [line_pattern(given) for given in ((prefix,) if prefix is not None else COMMON)] + [any_pattern()]
    texts = [unwrapped(line) for line in sample]
    known = SEVERITIES.__contains__
    score = {
        pattern: sum(bool((found := pattern.match(text)) and known(untranslated(found["label"]))) for text in texts)
        for pattern in patterns
    }
    # Of patterns that read as many lines, the one that tells most; the one of last resort stays last.
    ranked = sorted(patterns, key=lambda p: ("any" in p.groupindex, -score[p], -len(p.groupindex)))
    fitting = tuple(pattern for pattern in ranked if score[pattern])
    best = next((p for p in fitting if score[p] >= 0.5 * max(score.values())), None)
    if best is None:
        return None
    return PlainLog((best, *(p for p in fitting if p is not best)), tells_sqlstate=_tells(best, texts))


def _tells(pattern: re.Pattern[str], texts: Sequence[str]) -> bool:
    lines = [_line(found) for text in texts if (found := pattern.match(text))]
    return any(line.sqlstate for line in lines)


def _line(found: re.Match[str]) -> Line:
    told = {name: value for name, value in found.groupdict().items() if value}
    if "any" in found.groupdict():
        told |= _told_by_any(told.get("any", ""))
    hexpid = told.get("hexpid")
    pid = int(told["pid"]) if "pid" in told else int(hexpid, 16) if hexpid else None
    return Line(
        label=told["label"],
        text=told.get("text", ""),
        time=moment(told["time"]) if "time" in told else since_epoch(told.get("epoch", "")),
        stamp=told.get("time") or told.get("epoch") or "",
        pid=pid,
        user=_named(told.get("user")),
        database=_named(told.get("database")),
        client_host=_named(told.get("host") or _PORT.sub("", told.get("remote", ""))),
        sqlstate=told.get("sqlstate") or told.get("state"),
        activity=told.get("activity"),
    )


def _told_by_any(prefix: str) -> dict[str, str]:
    told = {_KEYS.get(key, key): value for key, value in _KEY_VALUE.findall(prefix)}
    if time := _TIME.search(prefix):
        told["time"] = time[0]
    pids = _BRACKETED.findall(prefix)
    return told | {"pid": pids[0]} if len(pids) == 1 else told


def _named(value: str | None) -> str | None:
    """`[unknown]`, in the server's language, stands where there is no name yet; `[local]` is the Unix socket."""
    if not value or (value.startswith("[") and value.endswith("]") and value != "[local]"):
        return None
    return value
