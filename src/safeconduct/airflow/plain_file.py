"""A file that somebody named, read after a look at what it is: a FIFO would be waited for, a device be endless."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from io import FileIO

NOT_PLAIN = "it is no plain file"


class NotPlain(OSError):
    """The path leads to no file that can be read whole; `strerror` says why, as with every OSError."""

    def __init__(self, reason: str) -> None:
        super().__init__(None, reason)


def read_plain(path: str | os.PathLike[str], most: int) -> bytes:
    """The content of the file at the path, symbolic links followed; of the null device nothing.

    Raises NotPlain for a FIFO, a device, a name that no file can have, and for more than `most` bytes; OSError as the
    system does.
    """
    status = _look(path)
    if isinstance(status, str):
        raise NotPlain(status)
    with open(path, "rb", buffering=0) as file:
        content = _read(file, min(status.st_size, most), most)
    if len(content) > most:
        raise NotPlain(f"it is larger than {most >> 20} MiB")
    return content


def _read(file: FileIO, expected: int, most: int) -> bytes:
    """All that the file has, or `most` bytes and one more. One read is enough where it is as long as expected."""
    content = file.read(expected + 1)
    if len(content) == expected > 0:
        return content
    while len(content) <= most and (more := file.read(most + 1 - len(content))):
        content += more
    return content


def why_not_plain(path: str | os.PathLike[str]) -> str | None:
    """Why the path must not be opened, in words; None for a plain file, the null device, and a directory.

    Opening a directory fails by itself, in the system's words. Raises OSError where the path cannot be looked at.
    """
    status = _look(path)
    return status if isinstance(status, str) else None


def _look(path: str | os.PathLike[str]) -> os.stat_result | str:
    """What the system says of the file, or why it must not be opened."""
    try:
        status = os.stat(path)
    except ValueError:  # a lone surrogate or a NUL character
        return "no file can have this name"
    harmless = stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode) or _is_null(status)
    return status if harmless else NOT_PLAIN


def _is_null(status: os.stat_result) -> bool:
    return stat.S_ISCHR(status.st_mode) and status.st_rdev == os.stat(os.devnull).st_rdev
