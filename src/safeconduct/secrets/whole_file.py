"""A file written whole or not at all, of which a killed writer leaves no half behind."""

from __future__ import annotations

import errno
import fcntl
import os
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_UNFINISHED = "unfinished"
_NAMELESS = (errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL, errno.ENOENT)
"""How a file system says that it has no files without a name."""


def made(path: str | os.PathLike[str], octets: bytes) -> None:
    """Make the file, for its owner alone; there is none where that fails. Raises FileExistsError and OSError."""
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with open(number, "wb") as file:
            file.write(octets)
            file.flush()
            os.fsync(number)
    except BaseException:
        Path(path).unlink(missing_ok=True)
        raise


def replaced(path: str, text: str, for_group: bool = True) -> None:
    """Write the file anew, for its owner alone; a file that is there keeps owner and group.

    What the group might read before, it may read still unless `for_group` is false, and nobody else. Raises OSError.
    """
    target = Path(path).resolve()
    there = target.stat() if target.exists() else None
    _sweep(target)
    with _unfinished(target) as (number, is_nameless):
        with open(number, "w", encoding="utf-8", closefd=False) as file:
            file.write(text)
            if there is not None:
                with suppress(PermissionError):  # of one who is not root, and owns it anyway
                    os.fchown(number, there.st_uid, there.st_gid)
                os.fchmod(number, there.st_mode & (0o640 if for_group else 0o600) | 0o600)
            file.flush()
            os.fsync(number)
        temporary = _temporary(target)
        try:
            if is_nameless:  # no system call gives it the name of a file that is there
                os.link(f"/proc/self/fd/{number}", temporary, src_dir_fd=number)  # which has it follow the link
            temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    _sync_folder(target.parent)


@contextmanager
def _unfinished(target: Path) -> Iterator[tuple[int, bool]]:
    """The file to be, locked by its writer, and whether it has no name yet: then it goes with its writer."""
    number = _nameless(target.parent)
    is_nameless = number is not None
    if number is None:
        number = os.open(_temporary(target), os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with suppress(OSError):  # where files cannot be locked, none is swept either
            fcntl.flock(number, fcntl.LOCK_EX)
        yield number, is_nameless
    except BaseException:
        if not is_nameless:
            _temporary(target).unlink(missing_ok=True)
        raise
    finally:
        os.close(number)


def _nameless(folder: Path) -> int | None:
    if not Path("/proc/self/fd").is_dir():
        return None
    try:
        return os.open(folder, os.O_TMPFILE | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    except OSError as error:
        if error.errno in _NAMELESS:
            return None
        raise


def _temporary(target: Path) -> Path:
    return target.with_name(f".{target.name}.{os.getpid()}.{_UNFINISHED}")


def _sweep(target: Path) -> None:
    """Take away what a killed writer of this file has left: nobody holds its lock."""
    for path in target.parent.glob(f".{_literally(target.name)}.*.{_UNFINISHED}"):
        with suppress(OSError):
            number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            try:
                fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()
            finally:
                os.close(number)


def _literally(name: str) -> str:
    return "".join(f"[{char}]" if char in "*?[" else char for char in name)


def _sync_folder(folder: Path) -> None:
    """So that the new name outlasts a power failure: what was moved is taken out of the database next."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(number)
    finally:
        os.close(number)
