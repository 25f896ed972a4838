"""A real Airflow that stays: one process that answers a question a line, in a millisecond and not in seconds."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import TracebackType

    from tests.servers.airflow import Airflow

_LOOP = """
import json as _json, os as _os, sys as _sys, warnings as _warnings
_warnings.simplefilter("ignore")
_said = _os.fdopen(_os.dup(1), "w")
_os.dup2(2, 1)  # what Airflow prints is no answer
{code}
for _line in _sys.stdin:
    _said.write(_json.dumps(answer(_json.loads(_line))) + "\\n")
    _said.flush()
"""


class Answering:
    """Runs `code`, which defines `answer(question)`, where this Airflow can be imported. Both are JSON values."""

    def __init__(self, airflow: Airflow, code: str) -> None:
        self.version = airflow.programs.parent.name
        self.home = airflow.home
        self._errors = (airflow.home / "answering.log").open("w+")
        self._process = subprocess.Popen(
            [airflow.programs / "python", "-c", _LOOP.replace("{code}", code)],
            env=airflow.environment,
            cwd=airflow.home,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )

    def __repr__(self) -> str:
        return f"<Airflow {self.version}, answering>"

    def ask(self, question: Any) -> Any:
        """Its answer. AssertionError with what the process wrote last when it has ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, (self.home / "answering.log").read_text()[-4000:]
        return json.loads(line)

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()
        self._errors.close()

    def __enter__(self) -> Answering:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
