"""The doors: a server log's entries, the latest refused logins in it, and the one that is looked for."""

from __future__ import annotations

import ipaddress
from collections import deque
from typing import TYPE_CHECKING

from safeconduct.model import Unjudged
from safeconduct.postgres.server_log import seeking
from safeconduct.postgres.server_log.failures import Finder
from safeconduct.postgres.server_log.files import DAMAGED, damaged, log_files, unreadable
from safeconduct.postgres.server_log.lines import lines
from safeconduct.postgres.server_log.texts import recognised
from safeconduct.postgres.server_log.words import is_english, may_hold_refusals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path
    from typing import BinaryIO

    from safeconduct.postgres.server_log.entry import LogEntry
    from safeconduct.postgres.server_log.failures import FailedLogin
    from safeconduct.postgres.server_log.files import LogFile

_LEAD = 256 * 1024  # what is read before a block, for what a process logged before it was refused
_LATEST_OF_PACKED = 10_000


def read_server_log(
    paths: Sequence[Path],
    *,
    since: datetime | None = None,
    log_line_prefix: str | None = None,
    unjudged: list[Unjudged] | None = None,
) -> Iterator[LogEntry]:
    """The entries of these log files and directories, file by file in the order of time, in constant memory.

    With `since` (with a time zone) reading begins a little before that moment: the place is found by bisection, so a
    huge log costs nothing. `log_line_prefix` is the server's, where it is known; the common ones are recognised.
    What could not be read is appended to `unjudged`.
    """
    say = _sayer(unjudged)
    for file in log_files(paths, log_line_prefix, say):
        if since and _ended_before(file, since):
            continue
        yield from _entries(file, since, say)


def latest_failed_logins(
    paths: Sequence[Path],
    *,
    log_line_prefix: str | None = None,
    unjudged: list[Unjudged] | None = None,
) -> Iterator[FailedLogin]:
    """The refused logins, the latest first: files are read from their ends, block by block, as far as you ask.

    Stretches without a refusal are not parsed. Of a file packed with gzip the last 10,000 refusals are given.
    """
    say = _sayer(unjudged)
    given = Finder()
    for file in reversed(log_files(paths, log_line_prefix, say)):
        yield from (failure for failure in _latest(file, say) if given.is_new(failure))


def match_login(
    failures: Iterable[FailedLogin],
    user: str,
    database: str | None = None,
    client_host: str | None = None,
    since: datetime | None = None,
    *,
    latest_first: bool = False,
) -> FailedLogin | None:
    """The newest refusal of this user; with `latest_first` the first that fits, and no more are read.

    `database` and `client_host` need not be known (None), and a log that does not tell them contradicts nothing; an
    address and a name cannot be compared. With `since` refusals before that second, or without a time, do not count.
    """
    fitting = (failure for failure in failures if _fits(failure, user, database, client_host, since))
    if latest_first:
        return next(fitting, None)
    newest: FailedLogin | None = None
    for failure in fitting:
        if newest is None or newest.time is None or (failure.time is not None and failure.time >= newest.time):
            newest = failure
    return newest


def _fits(
    failure: FailedLogin, user: str, database: str | None, client_host: str | None, since: datetime | None
) -> bool:
    if failure.user != user or (database and failure.database and failure.database != database):
        return False
    if client_host and failure.client_host and _differ(client_host, failure.client_host):
        return False
    # Prefixes with %t have whole seconds.
    return since is None or (failure.time is not None and failure.time >= since.replace(microsecond=0))


def _differ(one: str, other: str) -> bool:
    if (one == "[local]") != (other == "[local]"):
        return True
    try:
        return _address(one) != _address(other)
    except ValueError:
        return False


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    address = ipaddress.ip_address(text.partition("%")[0])
    return getattr(address, "ipv4_mapped", None) or address


def _sayer(unjudged: list[Unjudged] | None) -> Callable[[Unjudged], None]:
    return (lambda _: None) if unjudged is None else unjudged.append


def _ended_before(file: LogFile, since: datetime) -> bool:
    """Whether nothing was written to it since; five minutes for clocks that differ."""
    try:
        return file.path.stat().st_mtime < since.timestamp() - 300
    except OSError:
        return False


def _entries(file: LogFile, since: datetime | None, say: Callable[[Unjudged], None]) -> Iterator[LogEntry]:
    foreign = False
    try:
        with file.open() as stream:
            if since and not file.is_packed:
                stream.seek(seeking.place_of(since, stream, file.format))
            for entry in file.format.entries(lines(stream), str(file.path)):
                foreign = foreign or _is_riddle(entry)
                yield entry
    except DAMAGED as error:
        say(damaged(file, error))
    except OSError as error:
        say(unreadable(file.path, error))
    if foreign:
        say(Unjudged(str(file.path), _FOREIGN))


def _is_riddle(entry: LogEntry) -> bool:
    """Whether it may be a refused login, and is in words that we do not know."""
    if not entry.is_fatal or entry.sqlstate or is_english(entry.message):
        return False
    return recognised(entry.message, foreign=True) is None


def _latest(file: LogFile, say: Callable[[Unjudged], None]) -> Iterator[FailedLogin]:
    if file.is_packed:
        finder = Finder()
        found = (failure for entry in _entries(file, None, say) if (failure := finder.take(entry)))
        yield from reversed(deque(found, _LATEST_OF_PACKED))
        return
    try:
        with file.open() as stream:
            for begin, end in seeking.blocks_from_end(stream, file.format):
                yield from reversed(_in_block(file, stream, begin, end))
    except OSError as error:
        say(unreadable(file.path, error))


def _in_block(file: LogFile, stream: BinaryIO, begin: int, end: int) -> list[FailedLogin]:
    block = seeking.read_block(stream, begin, end)
    if not may_hold_refusals(block):
        return []
    finder = Finder()
    lead = seeking.read_block(stream, max(0, begin - _LEAD), begin)
    for entry in file.format.entries(seeking.lines_of(lead), str(file.path)):
        finder.take(entry)
    entries = file.format.entries(seeking.lines_of(block), str(file.path))
    return [failure for entry in entries if (failure := finder.take(entry))]


_FOREIGN = (
    "the log is in another language than English and gives no SQLSTATE, so refused logins may not be recognised;"
    " log_destination = 'csvlog', log_error_verbosity = verbose, or %e in log_line_prefix gives it"
)
