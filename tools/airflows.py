"""Real Airflows that the tests compare with, each in a virtual environment of its own.

`python -m tools.airflows` makes `.cache/airflow/<version>` for each version that is absent: about 40 s and 350 MB
each; another minute and 70 MB where the secrets backends of its providers are compared as well. Standard library only,
because it runs before anything is installed. A version that no Python on this machine can run is left out and said.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

CACHE = Path(__file__).resolve().parent.parent / ".cache" / "airflow"
_ALWAYS = ("apache-airflow-providers-postgres", "psycopg2-binary")
_STAMP = "safeconduct-complete"
_WITH_BACKENDS = ("apache-airflow-providers-hashicorp", "apache-airflow-providers-amazon")
_BACKENDS_STAMP = "safeconduct-backends"


@dataclass(frozen=True)
class Release:
    """One Airflow: its version, the first and last minor version of Python 3 that it runs on, and what it misses.

    The Python versions are those of its package's metadata (Requires-Python). `backends` are providers with secrets
    backends; they are added to an environment that is there already.
    """

    version: str
    first_minor: int
    last_minor: int
    pins: tuple[str, ...] = ()
    backends: tuple[str, ...] = ()

    @property
    def requirements(self) -> tuple[str, ...]:
        """What pip installs for it."""
        return (f"apache-airflow=={self.version}", *self.pins, *_ALWAYS)

    def python(self) -> str | None:
        """A Python that runs it: this one, else the newest other on the PATH."""
        if self.first_minor <= sys.version_info.minor <= self.last_minor:
            return sys.executable
        names = (f"python3.{minor}" for minor in range(self.last_minor, self.first_minor - 1, -1))
        return next(filter(None, map(shutil.which, names)), None)


RELEASES = {
    release.version: release
    for release in (
        Release("2.7.3", 8, 11, ("flask-session<0.6",)),  # it imports a module that 0.6 renamed
        Release("2.11.2", 10, 12, backends=_WITH_BACKENDS),
        Release("3.3.2", 10, 14, backends=_WITH_BACKENDS),
    )
}
VERSIONS = tuple(RELEASES)


def environment(version: str) -> Path | None:
    """The virtual environment of this version, if it was made to its end and from today's requirements."""
    folder = CACHE / version
    try:
        complete = (folder / _STAMP).read_text() == repr(RELEASES[version].requirements)
    except FileNotFoundError:
        return None
    return folder if complete else None


def has_backends(version: str) -> bool:
    """Whether the environment of this version has its providers with secrets backends."""
    stamp, backends = CACHE / version / _BACKENDS_STAMP, RELEASES[version].backends
    return not backends or (stamp.exists() and stamp.read_text() == repr(backends))


def why_impossible(version: str) -> str:
    """Why this machine cannot have this version; "" when it can."""
    release = RELEASES[version]
    if release.python():
        return ""
    return f"Airflow {version} runs on Python 3.{release.first_minor} to 3.{release.last_minor}, and none is here"


def make(version: str) -> None:
    """Make one environment. Raises RuntimeError with the last words of what failed."""
    folder = CACHE / version
    release = RELEASES[version]
    shutil.rmtree(folder, ignore_errors=True)
    _run([release.python() or sys.executable, "-m", "venv", str(folder)])
    _install(folder, release.requirements)
    (folder / _STAMP).write_text(repr(release.requirements))


def add_backends(version: str) -> None:
    """Add the providers with secrets backends to an environment. Raises RuntimeError as `make` does."""
    folder = CACHE / version
    release = RELEASES[version]
    _install(folder, (*release.requirements, *release.backends))
    (folder / _BACKENDS_STAMP).write_text(repr(release.backends))


def _install(folder: Path, requirements: tuple[str, ...]) -> None:
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    _run([*pip, *requirements])


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        errors = [line for line in said if line.startswith("ERROR")]
        raise RuntimeError(" ".join(errors or said[-1:]) or f"{command[0]} ended with {done.returncode}")


def main() -> int:
    """Make what is absent and possible; 0 when all of that is here afterwards."""
    for version in VERSIONS:
        if environment(version) and has_backends(version):
            continue
        if reason := why_impossible(version):
            print(f"{reason}: its tests are skipped.", file=sys.stderr)
            continue
        print(f"Installing Airflow {version}, which the tests compare with; this happens once.", flush=True)
        try:
            if not environment(version):
                make(version)
            if not has_backends(version):
                add_backends(version)
        except (RuntimeError, OSError) as error:
            print(f"Airflow {version} could not be installed: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
