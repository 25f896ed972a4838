"""One Python file, read and parsed, or the sentence that says why not."""

from __future__ import annotations

import ast
import os

from safeconduct.airflow.dags.budget import LARGEST_FILE
from safeconduct.airflow.dags.found import UnreadFile
from safeconduct.airflow.plain_file import read_plain
from safeconduct.model import Location


class Unparsed(Exception):
    """The file was not read; `unread` says why."""

    def __init__(self, unread: UnreadFile) -> None:
        super().__init__(unread.reason)
        self.unread = unread


def read_content(folder: str, path: str) -> bytes:
    """The bytes of a file. Raises Unparsed."""
    try:
        return read_plain(os.path.join(folder, path), LARGEST_FILE)
    except OSError as error:
        raise _unparsed(path, 0, f"The file cannot be read ({error.strerror}).") from error


def parse(content: bytes, path: str) -> ast.Module:
    """The syntax tree; a coding cookie and a byte order mark are honoured. Raises Unparsed.

    Python warns of what it finds doubtful in it: that is the caller's to silence, once for all files.
    """
    try:
        return ast.parse(content, path)
    except SyntaxError as error:
        said = f"The file is not Python as this Python reads it ({error.msg})."
        raise _unparsed(path, error.lineno or _line_of_nul(content), said) from error
    except (RecursionError, MemoryError) as error:
        raise _unparsed(path, 0, "The file nests too deeply to be parsed.") from error
    except ValueError as error:  # a NUL byte, before Python 3.12
        raise _unparsed(
            path, _line_of_nul(content), f"The file is not Python as this Python reads it ({error})."
        ) from error


def _line_of_nul(content: bytes) -> int:
    return content[: content.find(b"\0")].count(b"\n") + 1 if b"\0" in content else 0


def _unparsed(path: str, line: int, reason: str) -> Unparsed:
    return Unparsed(UnreadFile(Location(path, line), reason))
