"""The files of a DAG folder: which are read, which are ignored, and which cannot be."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from safeconduct.airflow.dags.budget import MOST_ENTRIES
from safeconduct.airflow.dags.found import UnreadFile
from safeconduct.airflow.dags.ignore import Ignore, is_ignored, parse_ignore
from safeconduct.airflow.plain_file import read_plain
from safeconduct.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from safeconduct.airflow.dags.ignore import IgnoreSyntax

_IGNORE_FILE = ".airflowignore"
_SQL_WORDS = (b"sql", b"hook", b"execute", b"generictransfer", b"bulk_", b"copy", b"cursor", b"_query", b"insert_rows")
_IMPORTS = re.compile(rb"^[ \t]*(?:from|import)[ \t]+([.\w]+)", re.M)


@dataclass
class Files:
    """The Python files below a folder, by path relative to it, and what was passed over."""

    paths: list[str] = field(default_factory=list)
    unread: list[UnreadFile] = field(default_factory=list)
    tops: set[bytes] = field(default_factory=set)

    def concerns_sql(self, content: bytes, lower: bytes) -> bool:
        """Whether a file of this content can hold a call that sends SQL, or import one that does."""
        for word in _SQL_WORDS:
            if word in lower:
                return True
        return any(name[:1] == b"." or name.split(b".")[0] in self.tops for name in _IMPORTS.findall(content))


def find_files(folder: str, syntax: IgnoreSyntax | None) -> Files:
    """All Python files that Airflow would look at, in the order of their names; symbolic links are followed once."""
    files = Files()
    for path, name in _walk(folder, syntax, files):
        if name.endswith(".py"):
            files.paths.append(path)
        elif name.endswith(".zip") and _is_zip(os.path.join(folder, path)):
            reason = "DAGs packed in a zip file are not read; unpack it to have them read."
            files.unread.append(UnreadFile(Location(path, 0), reason))
    files.tops = {path.split("/")[0].removesuffix(".py").encode("utf-8", "replace") for path in files.paths}
    files.paths.sort()
    return files


def _walk(folder: str, syntax: IgnoreSyntax | None, files: Files) -> Iterator[tuple[str, str]]:
    waiting: list[tuple[str, tuple[Ignore, ...]]] = [("", ())]
    seen = {os.path.realpath(folder)}
    left = MOST_ENTRIES
    while waiting:
        below, ignores = waiting.pop()
        ignores += _ignore_file(folder, below, files)
        for entry in _entries(folder, below, files):
            left -= 1
            if left < 0:
                reason = f"There are more than {MOST_ENTRIES:,} files and folders; what comes after them is not read."
                files.unread.append(UnreadFile(Location(below or ".", 0), reason))
                return
            path = f"{below}/{entry.name}" if below else entry.name
            is_folder = _is_folder(entry)
            if is_ignored(path, is_folder, ignores, syntax):
                continue
            if not is_folder:
                yield path, entry.name
            elif _is_new(entry.path, path, seen, files) and entry.name != "__pycache__":
                waiting.append((path, ignores))


def _is_new(real: str, path: str, seen: set[str], files: Files) -> bool:
    real = os.path.realpath(real)
    if real in seen:
        reason = "The folder was met before, by a symbolic link; it is read once, and Airflow stops at such a loop."
        files.unread.append(UnreadFile(Location(path, 0), reason))
        return False
    seen.add(real)
    return True


def _entries(folder: str, below: str, files: Files) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(os.path.join(folder, below)) as entries:
            return list(entries)
    except OSError as error:
        reason = f"The folder cannot be read ({error.strerror})."
        files.unread.append(UnreadFile(Location(below or folder, 0), reason))
        return []


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _is_zip(path: str) -> bool:
    import zipfile  # brings much with it, and few folders have such a file

    try:
        return os.path.isfile(path) and zipfile.is_zipfile(path)
    except OSError:
        return True


def _ignore_file(folder: str, below: str, files: Files) -> tuple[Ignore, ...]:
    path = os.path.join(folder, below, _IGNORE_FILE)
    if not os.path.lexists(path):
        return ()
    try:
        text = read_plain(path, 1 << 20).decode("utf-8", "replace")
    except OSError as error:
        where = Location(f"{below}/{_IGNORE_FILE}".lstrip("/"), 0)
        files.unread.append(UnreadFile(where, f"The file cannot be read ({error.strerror}); nothing is ignored by it."))
        return ()
    return (parse_ignore(text, below),)
