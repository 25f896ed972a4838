"""Finding the place in a huge log without reading it: by time, or block by block from its end."""

from __future__ import annotations

import io
import os
from datetime import timedelta
from typing import TYPE_CHECKING

from safeconduct.postgres.server_log.lines import lines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from typing import BinaryIO

    from safeconduct.postgres.server_log.formats import Format

BLOCK = 4 << 20
_NEAR = 256 * 1024
_PROBE = 1 << 20
# Processes write side by side, and a clock may be set back a little: entries are in order only roughly.
_DISORDER = timedelta(seconds=60)


def place_of(since: datetime, stream: BinaryIO, form: Format) -> int:
    """An offset before all entries from that moment on, near the first of them: at most 30 reads of 1 MiB."""
    low, high = 0, _size(stream)
    while high - low > _NEAR:
        middle = (low + high) // 2
        found = _first_entry(stream, form, middle, min(_PROBE, high - middle))
        if found is None or found[1] >= since - _DISORDER:
            high = middle
        else:
            low = found[0]
    return low


def blocks_from_end(stream: BinaryIO, form: Format) -> Iterator[tuple[int, int]]:
    """Beginnings and ends of blocks of whole entries, the last first; each of some 4 MiB."""
    end = begin = _size(stream)
    while end > 0:
        begin = max(0, begin - BLOCK)
        found = _first_entry(stream, form, begin, BLOCK) if begin else (0, None)
        if found is None or found[0] >= end:
            continue  # no entry begins here: the block grows towards the beginning
        yield found[0], end
        end = begin = found[0]


def read_block(stream: BinaryIO, begin: int, end: int) -> bytes:
    """What stands there, or what is left of it."""
    stream.seek(begin)
    return stream.read(end - begin)


def _first_entry(stream: BinaryIO, form: Format, place: int, size: int) -> tuple[int, datetime] | None:
    """Where in this stretch the first entry begins, and its time. The line that the place is in does not count."""
    stretch = read_block(stream, place, place + size)
    offset = stretch.find(b"\n") + 1
    while 0 < offset < len(stretch):
        end = stretch.find(b"\n", offset)
        line = stretch[offset : end if end >= 0 else len(stretch)]
        if moment := form.time_at(line.strip(b"\0\r")):
            return place + offset, moment
        offset = end + 1
    return None


def lines_of(block: bytes) -> Iterator[bytes]:
    """The lines of a block."""
    return lines(io.BytesIO(block))


def _size(stream: BinaryIO) -> int:
    return os.fstat(stream.fileno()).st_size
