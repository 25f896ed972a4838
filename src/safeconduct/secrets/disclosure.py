"""The record of who had secrets shown in clear: a file of one JSON object a line, which only its owner may read."""

from __future__ import annotations

import errno
import json
import os
import pwd
import stat
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from safeconduct.secrets.user_folders import user_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


def record_path(environ: Mapping[str, str]) -> Path:
    """Where it is kept: in the user's folder of what a program remembers."""
    return user_folder(environ, "XDG_STATE_HOME", ".local/state") / "disclosures.jsonl"


def record(environ: Mapping[str, str], command: str, names: Iterable[str], where: str) -> Path:
    """Note that the secrets of these connections or variables are about to be shown. Raises OSError.

    `where` says what they are written to: "standard output", or a file.
    """
    path = record_path(environ)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    entry = {
        "time": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "user": _user(),
        "command": command,
        "names": sorted(names),
        "to": where,
    }
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    number = os.open(path, flags, 0o600)
    with open(number, "ab") as file:
        if problem := _not_ours(os.fstat(number)) or _not_ours(path.parent.stat(), folder=True):
            raise OSError(errno.EPERM, problem, str(path))
        # One write, so that those of several processes do not mix.
        file.write((json.dumps(entry) + "\n").encode())
        file.flush()
        os.fsync(file.fileno())
    return path


def _not_ours(found: os.stat_result, folder: bool = False) -> str:
    """Why others could read or change the file, or what it is instead; "" where all is well."""
    if not folder and (not stat.S_ISREG(found.st_mode) or found.st_nlink != 1):
        return "it is no plain file of one name"
    if found.st_uid != os.geteuid():
        return "its folder is somebody else's" if folder else "it is somebody else's"
    if folder:
        return "others may write to its folder" if found.st_mode & 0o022 else ""
    return "others may read or write it (chmod 600)" if found.st_mode & 0o077 else ""


def _user() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
