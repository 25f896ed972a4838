"""PostgreSQL's own regression suite: fetched as the source of the very package that is installed, never committed."""

from __future__ import annotations

import re
import shutil
import subprocess
import tarfile
from pathlib import Path

PLPGSQL = ("plpgsql", "triggers")
"""Bodies of functions: told apart, since they are the hardest."""
TUNED = (
    *("select", "join", "subselect", "with", "insert", "insert_conflict", "update", "delete", "merge", "returning"),
    *("copy2", "sequence", "updatable_views", "privileges"),
    *PLPGSQL,
)
"""The files that the engines may be tuned on. The others are for acceptance: nobody reads them."""
SET_UP = "test_setup"

ROOT = Path(__file__).parents[2] / ".cache" / "privileges"
_PACKAGE = "postgresql-15"
_FOLDERS = re.compile(r"[^/]+/src/test/regress/((?:sql|data)/[^/]+\.(?:sql|data))")


def regression_suite() -> Path:
    """The folder with `sql` and `data` of the installed version's suite; it is fetched at the first call.

    Raises SystemExit where it cannot be had.
    """
    version = _installed()
    folder = ROOT / f"regress-{version}"
    if not folder.exists():
        unfinished = folder.with_suffix(".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        _unpack(_fetch(version), unfinished)
        unfinished.rename(folder)
    return folder


def _installed() -> str:
    command = ["dpkg-query", "-W", "-f", "${Version}", _PACKAGE]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{_PACKAGE} is not installed, so its version's regression suite is not known")
    return done.stdout.strip()


def _fetch(version: str) -> Path:
    """The source archive of this version, through apt with lists of its own: the machine's stay as they are."""
    folder = ROOT / "apt"
    for part in ("lists/partial", "cache/archives/partial"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    codename = re.search(r"deb(\d+)", version)
    release = {"12": "bookworm", "13": "trixie"}.get(codename[1] if codename else "", "stable")
    sources = "\n".join(_stanza(uri, suite) for uri, suite in _places(release))
    (folder / "own.sources").write_text(sources)
    _apt(folder, "update")
    _apt(folder, "source", "--download-only", f"{_PACKAGE}={version}")
    return next(folder.glob("*.orig.tar.*"))


def _places(release: str) -> list[tuple[str, str]]:
    debian = "http://deb.debian.org/debian"
    return [(debian, release), (f"{debian}-security", f"{release}-security")]


def _stanza(uri: str, suite: str) -> str:
    keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"
    return f"Types: deb-src\nURIs: {uri}\nSuites: {suite}\nComponents: main\nSigned-By: {keyring}\n"


def _apt(folder: Path, *words: str) -> None:
    options = {
        "Dir::Etc::sourcelist": folder / "own.sources",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::State::lists": folder / "lists",
        "Dir::Cache": folder / "cache",
        "APT::Sandbox::User": "root",
    }
    command = ["apt-get", *(word for name, value in options.items() for word in ("-o", f"{name}={value}")), *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"apt-get {' '.join(words)} failed: {done.stderr[-500:]}")


def _unpack(archive: Path, folder: Path) -> None:
    with tarfile.open(archive) as source:
        for member in source:
            found = _FOLDERS.fullmatch(member.name)
            content = source.extractfile(member) if found else None
            if found and content:
                target = folder / found[1]
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content.read())
