"""Real Airflows that the tests compare with, each in a virtual environment of its own.

`python -m tools.airflows` makes `.cache/airflow/<version>` for each version that is absent: about 40 s and 350 MB
each. Standard library only, because it runs before anything is installed.
"""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

CACHE = Path(__file__).resolve().parent.parent / ".cache" / "airflow"
_ALWAYS = ("apache-airflow-providers-postgres", "psycopg2-binary")
_REQUIREMENTS = {
    "2.7.3": ("apache-airflow==2.7.3", "flask-session<0.6", *_ALWAYS),  # it imports what 0.6 renamed
    "2.11.2": ("apache-airflow==2.11.2", *_ALWAYS),
    "3.3.2": ("apache-airflow==3.3.2", *_ALWAYS),
}
VERSIONS = tuple(_REQUIREMENTS)
_STAMP = "safeconduct-complete"


def environment(version: str) -> Path | None:
    """The virtual environment of this version, if it was made to its end and from today's requirements."""
    folder = CACHE / version
    try:
        complete = (folder / _STAMP).read_text() == repr(_REQUIREMENTS[version])
    except FileNotFoundError:
        return None
    return folder if complete else None


def make(version: str) -> None:
    """Make one environment. Raises RuntimeError with pip's last words when it cannot."""
    folder = CACHE / version
    venv.create(folder, with_pip=True, clear=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run([*pip, *_REQUIREMENTS[version]], capture_output=True, text=True, check=False)
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        raise RuntimeError(" ".join(errors) or f"pip ended with {done.returncode}")
    (folder / _STAMP).write_text(repr(_REQUIREMENTS[version]))


def main() -> int:
    """Make what is absent; 0 when every version is here afterwards."""
    for version in VERSIONS:
        if environment(version):
            continue
        print(f"Installing Airflow {version}, which the tests compare with; this happens once.", flush=True)
        try:
            make(version)
        except (RuntimeError, OSError, subprocess.CalledProcessError) as error:
            print(f"Airflow {version} could not be installed: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
