"""jsonlog of PostgreSQL 15 and later (jsonlog.c), and csvlog's columns as JSON, as CloudNativePG writes them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from safeconduct.postgres.server_log.clock import moment
from safeconduct.postgres.server_log.csvlog import host_of
from safeconduct.postgres.server_log.entry import LogEntry
from safeconduct.postgres.server_log.words import untranslated

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime


class JsonLog:
    """The format jsonlog; see Format."""

    name = "jsonlog"
    tells_sqlstate = True

    def time_at(self, line: bytes) -> datetime | None:
        """When the record was written that is this line."""
        entry = _entry(line, "")
        return entry.time if entry else None

    def entries(self, lines: Iterable[bytes], source: str) -> Iterator[LogEntry]:
        """The entries: one per line."""
        for line in lines:
            if entry := _entry(line, source):
                yield entry


def json_object(line: bytes) -> Mapping[str, Any] | None:
    """The JSON object that the line is."""
    if not line.startswith(b"{"):
        return None
    try:
        found = json.loads(line.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _entry(line: bytes, source: str) -> LogEntry | None:
    found = json_object(line)
    if found is None:
        return None
    record = found.get("record")
    if isinstance(record, dict) and "log_time" in record:
        return _by_column(record, source)
    if not _text(found, "timestamp") or not _text(found, "error_severity"):
        return None
    return LogEntry(
        severity=untranslated(_text(found, "error_severity") or ""),
        message=_text(found, "message") or "",
        detail=_text(found, "detail"),
        time=moment(_text(found, "timestamp") or ""),
        pid=_number(found.get("pid")),
        user=_text(found, "user"),
        database=_text(found, "dbname"),
        client_host=_text(found, "remote_host"),
        sqlstate=_text(found, "state_code"),
        routine=_text(found, "func_name"),
        activity=found.get("ps") if isinstance(found.get("ps"), str) else None,
        source=source,
    )


def _by_column(record: Mapping[str, Any], source: str) -> LogEntry:
    """An entry under the names that PostgreSQL's documentation gives the columns of csvlog."""
    return LogEntry(
        severity=untranslated(_text(record, "error_severity") or ""),
        message=_text(record, "message") or "",
        detail=_text(record, "detail"),
        time=moment(_text(record, "log_time") or ""),
        pid=_number(record.get("process_id")),
        user=_text(record, "user_name"),
        database=_text(record, "database_name"),
        client_host=host_of(_text(record, "connection_from") or ""),
        sqlstate=_text(record, "sql_state_code"),
        routine=(_text(record, "location") or "").partition(",")[0] or None,
        activity=_text(record, "command_tag"),
        source=source,
    )


def _text(found: Mapping[str, Any], key: str) -> str | None:
    value = found.get(key)
    return value if isinstance(value, str) and value else None


def _number(value: object) -> int | None:
    text = str(value)
    return int(text) if len(text) < 19 and text.isdecimal() else None
