"""Record what real tasks log: `python -m tests.airflow.record_task_logs`.

The folder `supervised` is not made here: it holds the files that the workers of an `airflow standalone` 3.3.2 wrote of
the same DAG.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from tests.airflow.failing_tasks import TASKS, log_of, prepare
from tests.servers.airflow import real_airflow
from tests.servers.availability import Missing, require
from tests.servers.builds import default_build
from tests.servers.postgres import Postgres

RECORDED = Path(__file__).with_name("task_logs")
VERSIONS = ("2.11.2", "3.3.2")


def main() -> int:
    """Write the files anew; 1 when an Airflow is not here."""
    for version in VERSIONS:
        server = Postgres(require(default_build()))
        with tempfile.TemporaryDirectory() as folder:
            airflow = real_airflow(version, Path(folder), {})
            if isinstance(airflow, Missing):
                print(airflow, file=sys.stderr)
                return 1
            airflow.migrate()
            airflow.ensure_fernet_key()
            prepare(airflow, server)
            for task in TASKS:
                text = impersonal(log_of(airflow, task), airflow.programs.parent, folder, server.port)
                (RECORDED / version / f"{task}.log").write_text(text)
        server.destroy()
    return 0


def impersonal(text: str, environment: Path, home: str, port: int) -> str:
    """The log as on a machine of the usual layout."""
    for place in (environment, environment.resolve(), home):
        text = text.replace(str(place), "/opt/airflow")
    text = re.sub(rf"\b{port}\b", "5432", text)
    text = re.sub(r"(?:/[\w.-]+)+/(lib/python3\.\d+/)(?!site-packages)", r"/usr/local/\1", text)
    return re.sub(r"(hostname=|'hostname': ')[\w.-]+", r"\1worker", text)


if __name__ == "__main__":
    sys.exit(main())
