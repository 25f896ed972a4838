"""Folders of ours for as long as something runs: gone afterwards, also after a signal, and swept up after a kill."""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOCK = ".in-use"
"""Locked by the process that the folder is for: the kernel unlocks it however that ends."""
_GOING = ".going"


@contextmanager
def passing_folder(prefix: str, parent: Path | None = None) -> Iterator[Path]:
    """A new folder in `parent`, else where temporary files go; before it, those that a killed process left are removed.

    It goes when the block ends and when we do: walks are in threads that a signal to us does not let finish. Raises
    OSError.
    """
    place = Path(parent or tempfile.gettempdir())
    _sweep(place, prefix)
    room = Path(tempfile.mkdtemp(prefix=prefix, dir=place))
    lock = os.open(room / _LOCK, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)

    def clear() -> None:
        _remove(room)

    atexit.register(clear)
    try:
        yield room
    finally:
        clear()
        atexit.unregister(clear)
        os.close(lock)


def _remove(room: Path) -> None:
    """Rename it first: whoever still works in it, in a thread of ours, makes nothing new there under the old name."""
    going = room.with_name(room.name + _GOING)
    with suppress(OSError):
        room.rename(going)
    shutil.rmtree(going, ignore_errors=True)
    shutil.rmtree(room, ignore_errors=True)


def _sweep(place: Path, prefix: str) -> None:
    for lock in place.glob(f"{prefix}*/{_LOCK}"):
        with suppress(OSError):
            if not lock.parent.is_symlink() and lock.lstat().st_uid == os.geteuid():
                _sweep_one(lock)


def _sweep_one(lock: Path) -> None:
    number = os.open(lock, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)  # BlockingIOError: its process lives
        _remove(lock.parent)
    finally:
        os.close(number)
