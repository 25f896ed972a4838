"""The password file (~/.pgpass), matched as libpq does it (passwordFromFile in fe-connect.c)."""

from __future__ import annotations

import re
import shlex
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from safeconduct.airflow.plain_file import read_plain
from safeconduct.model import Finding, Remedy, RemedyKind, Secret, Severity
from safeconduct.postgres import rules_target as rules

if TYPE_CHECKING:
    import os

LARGEST = 1 << 20
"""Bytes of a password file that are read."""
_FIELD = re.compile(rb"((?:\\.|[^:\\])*):", re.DOTALL)


@dataclass(frozen=True)
class Entry:
    """One line: patterns for host, port, database and user ("*" for any), the password, and the line's number."""

    patterns: tuple[bytes, ...]
    password: Secret
    line: int

    def matches(self, *values: str) -> bool:
        """Whether it is for this host, port, database and user, taken literally."""
        wanted = (value.encode("utf-8", "surrogateescape") for value in values)
        return all(
            pattern == b"*" or _unescape(pattern) == value for pattern, value in zip(self.patterns, wanted, strict=True)
        )


@dataclass(frozen=True)
class PasswordFile:
    """A password file's entries, in the file's order: the first that matches counts."""

    path: str
    entries: tuple[Entry, ...] = ()

    def look_up(self, host: str, port: int, database: str, user: str) -> Entry | None:
        """The first entry that matches; a socket in the default directory must be given as "localhost"."""
        return next((entry for entry in self.entries if entry.matches(host, str(port), database, user)), None)


def read_password_file(subject: str, path: Path, *, named_by: str = "") -> PasswordFile | Finding:
    """The file's entries, or why libpq would not read it, as a warning: libpq goes on without a password.

    `named_by` says who named the file ("PGPASSFILE"); the default file may be absent without a word.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            return _unreadable(subject, path, named_by, "it is no plain file")
        if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            return _open_to_others(subject, path, status)
        return PasswordFile(str(path), _entries(read_plain(path, LARGEST)))
    except FileNotFoundError as error:
        return _unreadable(subject, path, named_by, str(error.strerror)) if named_by else PasswordFile(str(path))
    except OSError as error:
        return _unreadable(subject, path, named_by, str(error.strerror))
    except ValueError:  # a lone surrogate
        return _unreadable(subject, path, named_by, "no file can have this name")


def _entries(content: bytes) -> tuple[Entry, ...]:
    numbered = enumerate(content.split(b"\n"), start=1)
    found = (_entry(line.rstrip(b"\r"), number) for number, line in numbered if not line.startswith(b"#"))
    return tuple(entry for entry in found if entry is not None)


def _entry(line: bytes, number: int) -> Entry | None:
    patterns, position = [], 0
    for _ in range(4):
        field = _FIELD.match(line, position)
        if field is None:
            return None
        patterns.append(field[1])
        position = field.end()
    password = re.match(rb"(?:\\.|[^:\\]|\\$)*", line[position:], re.DOTALL)
    assert password is not None
    value = _unescape(password[0]).decode("utf-8", "surrogateescape")
    return Entry(tuple(patterns), Secret(value), number)


def _unescape(field: bytes) -> bytes:
    return re.sub(rb"\\(.)", rb"\1", field, flags=re.DOTALL)


def _open_to_others(subject: str, path: Path, status: os.stat_result) -> Finding:
    return rules.PASSFILE_OPEN.finding(
        subject,
        f"libpq ignores the password file {path}, because group or others may access it",
        evidence={"file": str(path), "permissions": f"{stat.S_IMODE(status.st_mode):04o}"},
        remedies=(Remedy(RemedyKind.COMMAND, f"chmod 0600 {shlex.quote(str(path))}"),),
        severity=Severity.WARNING,
    )


def _unreadable(subject: str, path: Path, named_by: str, reason: str) -> Finding:
    return rules.PASSFILE_UNREADABLE.finding(
        subject,
        f"the password file {path} cannot be read: {reason}",
        evidence={"file": str(path), "error": reason, **({"named by": named_by} if named_by else {})},
        severity=Severity.WARNING,
    )
