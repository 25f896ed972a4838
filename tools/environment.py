"""Make `.venv` and install the project into it: `python -m tools.environment demo|dev|fuzz`.

Quiet on success, one sentence on failure; pip's full output stands in `.cache/install.log`. It runs on whatever
Python the machine has, so it keeps to the standard library and to old syntax until it knows better.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tools import debian

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOG = ROOT / ".cache" / "install.log"
OLDEST = (3, 10)


class Failure(Exception):
    """Its text is the sentence that the user sees."""


def make(kind: str) -> None:
    """Make the environment for `demo` or `dev`. Raises Failure."""
    if sys.version_info < OLDEST:
        oldest, found = (".".join(map(str, version[:2])) for version in (OLDEST, sys.version_info))
        instead = f"name another one, as in `make demo PYTHON=python{oldest}`"
        raise Failure(f"Safeconduct needs Python {oldest} or later, and {sys.executable} is {found}: {instead}")
    LOG.parent.mkdir(exist_ok=True)
    LOG.write_text("")
    print("Installing into .venv; this happens once.", flush=True)
    if not _works():
        _create()
    if kind == "dev":
        _pip("pip>=25.1")  # the first to read dependency groups
    _pip("--editable", *([".[all]", "--group", "dev"] if kind == "dev" else [".[demo]"]))


def add_atheris() -> None:
    """Put atheris into the environment of `dev`, unless it is there. Raises Failure: not every Python has a wheel."""
    if subprocess.run([VENV / "bin" / "python", "-c", "import atheris"], capture_output=True).returncode:
        LOG.write_text("")
        _pip("--group", "fuzz")


def _works() -> bool:
    python = VENV / "bin" / "python"
    return python.exists() and subprocess.run([python, "-m", "pip", "--version"], capture_output=True).returncode == 0


def _create() -> None:
    _ensure_venv()
    shutil.rmtree(VENV, ignore_errors=True)
    _run([sys.executable, "-m", "venv", str(VENV)], "the virtual environment could not be made")


def _ensure_venv() -> None:
    """Debian ships Python without what `venv` needs (ensurepip), as a package of its own."""
    if _has_ensurepip():
        return
    package = f"python3.{sys.version_info.minor}-venv"
    if not debian.may_install():
        raise Failure(f"This Python cannot make virtual environments; as root: {debian.how_to_install([package])}")
    if problem := debian.install([package]):
        raise Failure(f"{package} could not be installed: {problem}")


def _has_ensurepip() -> bool:
    command = [sys.executable, "-c", "import ensurepip, venv"]
    return subprocess.run(command, capture_output=True).returncode == 0


def _pip(*arguments: str) -> None:
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install"]
    _run([*pip, *arguments], f"pip could not install {' '.join(arguments)}")


def _run(command: list[str], problem: str) -> None:
    with LOG.open("a") as log:
        done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    if done.returncode:
        errors = [line for line in LOG.read_text().splitlines() if line.lower().startswith("error")]
        raise Failure(f"{problem}: {' '.join(errors[-1:]) or 'see'} ({LOG.relative_to(ROOT)} has it all)")


def main() -> int:
    """Make it; 1 with one sentence when that fails."""
    try:
        add_atheris() if sys.argv[1] == "fuzz" else make(sys.argv[1])
    except Failure as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
