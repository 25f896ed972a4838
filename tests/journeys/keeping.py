"""The commands on connections and variables, run in an Airflow home as somebody runs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import safeconduct

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.secrets.credential_tables import Tables

SECRETS = ("Pl4nted-Word", "Pl4nted-Key", "Pl4nted-Token")
"""No output may show these unless it was asked for them."""


@dataclass(frozen=True)
class Said:
    """How a command ended."""

    code: int
    output: str
    errors: str


@dataclass(frozen=True)
class Desk:
    """Where somebody works: a home folder, and the Airflow home that is set; `settings` are further variables."""

    folder: Path
    airflow_home: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, stdin: str | bytes = "", reveals: bool = False) -> Said:
        """Run `safeconduct ...` to its end."""
        done = subprocess.run(
            [sys.executable, "-m", "safeconduct", *arguments],
            env=self.environment,
            cwd=self.folder,
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            capture_output=True,
            check=False,
        )
        said = Said(done.returncode, done.stdout.decode(), done.stderr.decode())
        assert "Traceback" not in said.errors, said.errors
        for secret in SECRETS:
            assert reveals or secret not in said.output + said.errors
        return said

    def must(self, *arguments: str, stdin: str = "", reveals: bool = False) -> str:
        """The output of a command that ends well."""
        said = self.run(*arguments, stdin=stdin, reveals=reveals)
        assert said.code == 0, (arguments, said)
        return said.output

    def json(self, *arguments: str, stdin: str = "", reveals: bool = False) -> Any:
        """What a command that ends well says with --format json."""
        return json.loads(self.must(*arguments, "--format", "json", stdin=stdin, reveals=reveals))

    @property
    def environment(self) -> dict[str, str]:
        """What the commands see: nothing of the caller's own Airflow."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "LC_ALL": "C.UTF-8",
            "PYTHONPATH": str(Path(safeconduct.__file__).parents[1]),
            "AIRFLOW_HOME": str(self.airflow_home),
            **self.settings,
        }

    @property
    def disclosures(self) -> list[dict[str, Any]]:
        """What was recorded of secrets shown in clear."""
        path = self.folder / ".local/state/safeconduct/disclosures.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def desk_on(tables: Tables, folder: Path, keys: str) -> Desk:
    """At a metadata database, with these Fernet keys."""
    settings = {"AIRFLOW__CORE__FERNET_KEY": keys, "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": tables.url}
    return Desk(folder, folder / "home", settings)
