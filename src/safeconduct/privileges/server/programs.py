"""PostgreSQL's own programs of one major version, for a copy of a database beside it."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_NEEDED = ("initdb", "postgres", "pg_dump", "pg_restore")
_PLACES = ("/usr/lib/postgresql/{}/bin", "/usr/pgsql-{}/bin", "/opt/homebrew/opt/postgresql@{}/bin")
"""Debian and its kind, PostgreSQL's own RPMs, Homebrew."""
_SECONDS = 10


class NoShadow(Exception):
    """There can be no shadow; the text is one sentence that says what is missing and what to do."""


@dataclass(frozen=True)
class Programs:
    """A folder with initdb, postgres, pg_dump and pg_restore of one version."""

    folder: Path

    def path(self, name: str) -> str:
        """The path of one of them."""
        return str(self.folder / name)


def find_programs(major: int, folders: Iterable[Path] | None = None) -> Programs:
    """The programs of this major version, in these folders or where packages put them. Raises NoShadow."""
    tried = list(dict.fromkeys(_usual(major) if folders is None else folders))
    for folder in tried:
        if all(os.access(folder / name, os.X_OK) for name in _NEEDED) and _major(folder) == major:
            return Programs(folder)
    raise NoShadow(
        f"a shadow of this database needs {', '.join(_NEEDED)} of PostgreSQL {major}, which are not installed together "
        f"in {' or '.join(map(str, tried)) or 'any folder'}: install PostgreSQL {major}'s server package"
    )


def _usual(major: int) -> Iterator[Path]:
    yield from (Path(place.format(major)) for place in _PLACES)
    if found := shutil.which("initdb"):
        yield Path(found).parent


def _major(folder: Path) -> int:
    """The major version that the server's program gives: `postgres (PostgreSQL) 15.20 (Debian ...)`; 0 for none."""
    try:
        said = subprocess.run(  # noqa: S603 - one of the programs that were asked for
            [folder / "postgres", "--version"], capture_output=True, text=True, timeout=_SECONDS, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return 0
    digits = said.partition(") ")[2].partition(".")[0]
    return int(digits) if digits.isascii() and digits.isdigit() else 0
