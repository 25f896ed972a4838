"""csvlog, as PostgreSQL 12 to 18 write it (write_csvlog in elog.c and csvlog.c): 23, 24 or 26 columns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from safeconduct.postgres.server_log.clock import TIME, moment
from safeconduct.postgres.server_log.entry import LogEntry
from safeconduct.postgres.server_log.words import untranslated

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

_FIELD = re.compile(r'(?:"([^"]*(?:""[^"]*)*)"|([^",]*))(?:,|\Z)')
_TIME, _USER, _DATABASE, _PID, _CLIENT, _ACTIVITY = 0, 1, 2, 3, 4, 7
_SEVERITY, _SQLSTATE, _MESSAGE, _DETAIL, _LOCATION = 11, 12, 13, 14, 21
_LONGEST_RECORD = 1 << 20

# The beginning of a record up to its message. Inside a quoted field every quote is doubled, so what a client wrote
# there never has a message that begins with an odd number of quotes: such a line is a record, whatever came before.
_QUOTED = rb'(?:"[^"]*(?:""[^"]*)*")?'
_START = re.compile(
    rb"%(time)s,%(quoted)s,%(quoted)s,\d+,%(quoted)s,[0-9a-f]+\.[0-9a-f]+,\d+,%(quoted)s,%(time)s,[^,]*,\d*,"
    rb'[^,"]{1,40},[0-9A-Z]{5},"(?:"")*(?!")' % {b"time": TIME.encode(), b"quoted": _QUOTED}
)


class CsvLog:
    """The format csvlog; see Format."""

    name = "csvlog"
    tells_sqlstate = True

    def time_at(self, line: bytes) -> datetime | None:
        """When the record was written that begins in this line."""
        return moment(line[:40].decode("latin-1")) if _START.match(line) else None

    def entries(self, lines: Iterable[bytes], source: str) -> Iterator[LogEntry]:
        """The entries of lines that begin with a record."""
        for record in _records(lines):
            if entry := _entry(record.decode("utf-8", "replace"), source):
                yield entry


def _records(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Lines put together where a quoted field goes over several."""
    record: list[bytes] = []
    kept = 0
    is_open = False
    for line in lines:
        if not is_open or _START.match(line):  # open: the record before was never finished, the server had crashed
            record, kept, is_open = [], 0, False
        if kept < _LONGEST_RECORD:
            record.append(line)
            kept += len(line) + 1
        is_open ^= bool(line.count(b'"') % 2)
        if not is_open:
            yield b"\n".join(record)


def _entry(record: str, source: str) -> LogEntry | None:
    fields = _fields(record)
    if len(fields) <= _DETAIL or not fields[_PID].isdecimal():
        return None
    location = fields[_LOCATION] if len(fields) > _LOCATION else ""
    return LogEntry(
        severity=untranslated(fields[_SEVERITY]),
        message=fields[_MESSAGE],
        detail=fields[_DETAIL] or None,
        time=moment(fields[_TIME]),
        pid=int(fields[_PID][:18]),
        user=fields[_USER] or None,
        database=fields[_DATABASE] or None,
        client_host=host_of(fields[_CLIENT]),
        sqlstate=fields[_SQLSTATE] or None,
        routine=location.partition(",")[0] or None,
        activity=fields[_ACTIVITY],
        source=source,
    )


def _fields(record: str) -> list[str]:
    """The columns as far as they are well formed."""
    fields, place = [], 0
    while place < len(record) and (found := _FIELD.match(record, place)):
        quoted = found[1]
        fields.append(found[2] if quoted is None else quoted.replace('""', '"'))
        place = found.end()
    return fields


def host_of(address: str) -> str | None:
    """The host of `host:port`, where IPv6 addresses stand without brackets."""
    if not address or address.startswith("[local]"):
        return address or None
    host, _, port = address.rpartition(":")
    return host if host and port.isdecimal() else address
