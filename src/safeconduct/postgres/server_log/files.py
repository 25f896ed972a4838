"""The files of a log: one, several, or all of a directory, in the order of time; packed ones, too."""

from __future__ import annotations

import gzip
import io
import os
import stat
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from safeconduct.model import Unjudged
from safeconduct.postgres.server_log.formats import recognised
from safeconduct.postgres.server_log.lines import lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import BinaryIO

    from safeconduct.postgres.server_log.formats import Format

_SAMPLE = 256 * 1024
_GZIP_MAGIC = b"\x1f\x8b"
DAMAGED = (EOFError, zlib.error, gzip.BadGzipFile)


@dataclass(frozen=True)
class LogFile:
    """A file that is a log. `is_packed` ones can only be read from their beginning; `first` orders them by time."""

    path: Path
    format: Format
    is_packed: bool
    first: float

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """The file's bytes, unpacked. What is appended or cut while it is read shows as it is. Raises OSError."""
        with _opened(self.path) as raw:
            if self.is_packed:
                with gzip.open(raw) as unpacked:
                    yield io.BufferedReader(unpacked)
            else:
                yield raw


def log_files(paths: Sequence[Path], prefix: str | None, say: Callable[[Unjudged], None]) -> list[LogFile]:
    """The logs among these files and in these directories, oldest first. What cannot be read is said."""
    found: dict[tuple[int, int], LogFile] = {}
    for path in paths:
        for each in _listed(path, say):
            try:
                status = each.stat()
                if file := _looked_at(each, status, prefix, say):
                    found.setdefault((status.st_dev, status.st_ino), file)
            except OSError as error:
                say(unreadable(each, error))
    # Formats of the same time: the one that tells most comes first.
    return sorted(found.values(), key=lambda file: (file.first, not file.format.tells_sqlstate, str(file.path)))


def _listed(path: Path, say: Callable[[Unjudged], None]) -> list[Path]:
    try:
        if not path.is_dir():
            return [path]
        names = sorted(name for name in os.listdir(path) if not name.startswith("."))
    except OSError as error:
        say(unreadable(path, error))
        return []
    return [path / name for name in names if (path / name).is_file()]


def _looked_at(
    path: Path, status: os.stat_result, prefix: str | None, say: Callable[[Unjudged], None]
) -> LogFile | None:
    if not stat.S_ISREG(status.st_mode):
        say(Unjudged(str(path), "it is no plain file; name the file that the server writes its log to"))
        return None
    with _opened(path) as raw:
        is_packed = raw.read(2) == _GZIP_MAGIC
    sample = _sample(path, is_packed, at_end=False)
    form = recognised(sample, prefix) or recognised(_sample(path, is_packed, at_end=True), prefix)
    if form is None:
        if status.st_size:
            say(Unjudged(str(path), _NO_LOG))
        return None
    times = (moment for line in sample if (moment := form.time_at(line)))
    first = next(times, None)
    return LogFile(path, form, is_packed, first.timestamp() if first else status.st_mtime)


def _sample(path: Path, is_packed: bool, *, at_end: bool) -> list[bytes]:
    """Lines of the file's beginning or of its end; a packed file has no end that can be gone to."""
    with _opened(path) as raw:
        if is_packed:
            return list(lines(io.BytesIO(_unpacked_head(raw))))
        if at_end:
            raw.seek(max(0, os.fstat(raw.fileno()).st_size - _SAMPLE))
        return list(lines(io.BytesIO(raw.read(_SAMPLE))))


def _unpacked_head(raw: BinaryIO) -> bytes:
    unpacker = zlib.decompressobj(wbits=31)  # 31: gzip's header
    try:
        return unpacker.decompress(raw.read(_SAMPLE), _SAMPLE)
    except zlib.error:
        return b""


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """Opened without waiting: a FIFO that took the file's place meanwhile would hold us for ever."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    with os.fdopen(descriptor, "rb") as file:
        yield file


def unreadable(path: Path, error: OSError) -> Unjudged:
    """What is said of a file that the system does not let us read."""
    reason = error.strerror or type(error).__name__
    help_ = "; run as the server's user or as a member of the log's group" if isinstance(error, PermissionError) else ""
    return Unjudged(str(path), f"the log cannot be read ({reason}){help_}")


def damaged(file: LogFile, error: Exception) -> Unjudged:
    """What is said of a packed file that ends early or is broken."""
    return Unjudged(str(file.path), f"the packed log is broken after some part ({error}); what came before was read")


_NO_LOG = (
    "it is no log of PostgreSQL that we can read (csvlog, jsonlog, or plain text with a log_line_prefix);"
    " plain or packed with gzip"
)
