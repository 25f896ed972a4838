"""Real Airflows, each in an environment of its own, as objects with verbs."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet

from tests.servers.availability import Missing
from tools.airflows import VERSIONS, environment, why_impossible

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["VERSIONS", "Airflow", "Answer", "real_airflow"]


@dataclass(frozen=True)
class Answer:
    """How a command ended: its exit code and what it wrote."""

    code: int
    output: str
    errors: str


class Airflow:
    """One version of Airflow with a home of its own. Each command is a process of 1 to 5 s: share one per module.

    `settings` are options as Airflow takes them from the environment, `AIRFLOW__SECTION__KEY`.
    """

    def __init__(self, programs: Path, home: Path, settings: Mapping[str, str] | None = None) -> None:
        self.programs = programs
        self.home = home
        self.settings = dict(settings or {})

    def __repr__(self) -> str:
        return f"<Airflow {self.programs.parent.name} at home in {self.home}>"

    @property
    def environment(self) -> dict[str, str]:
        """The environment of its commands: our own settings and none of the caller's."""
        quiet = {"AIRFLOW__CORE__LOAD_EXAMPLES": "False", "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR"}
        base = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(self.home), "LC_ALL": "C.UTF-8"}
        return {**base, **quiet, "AIRFLOW_HOME": str(self.home), "PYTHONWARNINGS": "ignore", **self.settings}

    def cli(self, *arguments: str, check: bool = True) -> Answer:
        """Run `airflow ...` to its end. AssertionError with its words when it fails, unless `check` is off."""
        return self._run(self.programs / "airflow", *arguments, check=check)

    def python(self, code: str, check: bool = True) -> Answer:
        """Run Python code where this Airflow can be imported."""
        return self._run(self.programs / "python", "-c", code, check=check)

    def migrate(self) -> None:
        """Make the metadata schema (SQLite in the home, unless the settings name another database)."""
        self.cli("db", "migrate")

    def ensure_fernet_key(self) -> None:
        """Write a Fernet key into airflow.cfg if it has none: the file that 2.7.3 generates leaves it empty."""
        configuration = self.home / "airflow.cfg"
        keyed = re.sub(r"(?m)^(fernet_key =)\s*$", rf"\1 {Fernet.generate_key().decode()}", configuration.read_text())
        configuration.write_text(keyed)

    def add_connection(self, conn_id: str, fields: Mapping[str, Any] | str) -> None:
        """Store a connection, given as its URI or as its fields (conn_type, host, login, password, ...)."""
        form = ["--conn-uri", fields] if isinstance(fields, str) else ["--conn-json", json.dumps(fields)]
        self.cli("connections", "add", conn_id, *form)

    def test_connection(self, conn_id: str) -> Answer:
        """What `airflow connections test` says, which is off by default since 2.7."""
        self.settings["AIRFLOW__CORE__TEST_CONNECTION"] = "Enabled"
        return self.cli("connections", "test", conn_id, check=False)

    def moved_to(self, home: Path) -> Airflow:
        """A copy with all it stores, at home in `home` (which must not be there yet)."""
        shutil.copytree(self.home, home)
        configuration = home / "airflow.cfg"
        configuration.write_text(configuration.read_text().replace(str(self.home), str(home)))
        return Airflow(self.programs, home, self.settings)

    def _run(self, program: Path, *arguments: str, check: bool) -> Answer:
        done = subprocess.run(
            [program, *arguments],
            env=self.environment,
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        said = f"{program.name} {' '.join(arguments[:2])} ended with {done.returncode}"
        assert not check or done.returncode == 0, f"{said}:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
        return Answer(done.returncode, done.stdout, done.stderr)


def real_airflow(version: str, home: Path, settings: Mapping[str, str] | None = None) -> Airflow | Missing:
    """Airflow of this version (one of VERSIONS), at home in an empty folder."""
    if found := environment(version):
        return Airflow(found / "bin", home, settings)
    return Missing(f"Airflow {version}", "make servers", why_impossible(version))
