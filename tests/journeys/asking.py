"""`safeconduct why` as a person runs it: a process with an Airflow home and the connection `warehouse`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.servers.postgres import Postgres

ROOT = Path(__file__).resolve().parents[2]
PASSWORD, BOSS = "Etl-Password-7", "Boss-Password-9"


@dataclass(frozen=True)
class Answer:
    code: int
    text: str

    @property
    def report(self) -> dict[str, Any]:
        parsed: dict[str, Any] = json.loads(self.text)
        return parsed

    def remedies(self, kind: str = "sql") -> list[str]:
        found = [remedy for finding in self.report["findings"] for remedy in finding["remedies"]]
        return [remedy["text"] for remedy in found if remedy["kind"] == kind]

    def rules(self) -> list[str]:
        return [finding["rule"] for finding in self.report["findings"]]


def why(server: Postgres, home: Path, *arguments: str, **environment: str) -> Answer:
    uri = f"postgres://etl:{PASSWORD}@{server.host}:{server.port}/sales"
    own = {"PATH": os.environ["PATH"], "HOME": str(home), "AIRFLOW_HOME": str(home), "AIRFLOW_CONN_WAREHOUSE": uri}
    done = subprocess.run(
        [sys.executable, "-m", "safeconduct", "why", *arguments],
        env={**own, **environment},
        cwd=ROOT / "src",  # Python finds this very source there, wherever the project is installed from
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    said = done.stdout + done.stderr
    assert "Traceback" not in said
    assert PASSWORD not in said
    assert BOSS not in said
    return Answer(done.returncode, done.stdout + done.stderr)
