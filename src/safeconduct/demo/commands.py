"""The very commands that a user would type, run as processes of their own against the demonstration's home."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from safeconduct.demo.children import Account, start
from safeconduct.demo.problem import DemoProblem

if TYPE_CHECKING:
    from collections.abc import Sequence

# What the reader's own environment says about Airflow and PostgreSQL has no business in the demonstration.
_FOREIGN = ("AIRFLOW", "SAFECONDUCT_", "PG")


class Commands:
    """Runs `safeconduct` with AIRFLOW_HOME set to this directory."""

    def __init__(self, home: Path) -> None:
        self._environment = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
        self._environment["AIRFLOW_HOME"] = str(home)

    def show(self, arguments: Sequence[str]) -> int:
        """Run with our standard output and error; gives the exit code."""
        sys.stdout.flush()
        return self._run(arguments).returncode

    def report(self, arguments: Sequence[str]) -> dict[str, Any]:
        """Run with `--format json` and give what it says. Raises DemoProblem when that is no report."""
        done = self._run([*arguments, "--format", "json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            report: dict[str, Any] = json.loads(done.stdout)
        except ValueError:
            said = done.stderr.strip().splitlines()[-1:] or ["nothing"]
            raise DemoProblem(
                f"`{spoken(arguments)} --format json` gave no report but exit code {done.returncode}: {said[0]}"
            ) from None
        return report

    def _run(self, arguments: Sequence[str], **options: Any) -> subprocess.CompletedProcess[str]:
        command = [*_program(), *arguments]
        with start(command, Account(), signal.SIGTERM, env=self._environment, **options) as process:
            try:
                output, errors = process.communicate()
            except BaseException:
                process.kill()
                raise
        return subprocess.CompletedProcess(command, process.returncode, output, errors)


def spoken(arguments: Sequence[str]) -> str:
    """The command as a reader would type it."""
    return shlex.join(["safeconduct", *arguments])


def typed_program() -> str:
    """How a reader in another terminal calls this installation: by name, or by path where it is not on PATH."""
    program = _program()
    on_path = shutil.which("safeconduct")
    if on_path and len(program) == 1 and Path(on_path).samefile(program[0]):
        return "safeconduct"
    return shlex.join(program)


def _program() -> list[str]:
    script = Path(sys.executable).with_name("safeconduct")
    return [str(script)] if os.access(script, os.X_OK) else [sys.executable, "-m", "safeconduct"]
