"""SQL found in 2,000 DAG files, against Airflow's DagBag loading the same folder."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.dag_folder import generate
from benchmarks.figure import Figure, run
from tests.servers.airflow import real_airflow
from tests.servers.availability import Missing

if TYPE_CHECKING:
    from collections.abc import Iterator

AIRFLOW = "2.11.2"
FILES = 2000
_TIMES = 5
_OURS = """
import gc, sys
from safeconduct.airflow.dags import read_dags
from safeconduct.cli.main import COLLECT_AFTER
gc.set_threshold(COLLECT_AFTER)  # as the command does
found = read_dags(sys.argv[1])
sys.exit(0 if (found.found, len(found.unresolved), len(found.unread)) == (int(sys.argv[2]), 0, 0) else 2)
"""
_THEIRS = """
import sys
from airflow.models.dagbag import DagBag
bag = DagBag(sys.argv[1], include_examples=False)
sys.exit(0 if (len(bag.dags), len(bag.import_errors)) == (int(sys.argv[2]), 0) else 2)
"""


def figures() -> Iterator[Figure]:
    """CPU of reading the folder, start-up included, against that of loading it."""
    with tempfile.TemporaryDirectory() as place:
        home, folder = Path(place) / "home", Path(place) / "dags"
        home.mkdir()
        folder.mkdir()
        airflow = real_airflow(AIRFLOW, home)
        if isinstance(airflow, Missing):
            raise SystemExit(str(airflow))
        airflow.settings["AIRFLOW__CORE__DAGS_FOLDER"] = str(folder)
        calls = generate(folder, FILES)
        ours = [sys.executable, "-c", _OURS, str(folder), str(calls)]
        theirs = [str(airflow.programs / "python"), "-c", _THEIRS, str(folder), str(FILES)]
        environment = {**airflow.environment, "PYTHONPATH": str(Path(__file__).parent.parent / "src")}
        # In turn, and the least of each, which others on the machine disturbed the least.
        rounds = [(run(ours, environment).cpu, run(theirs, airflow.environment).cpu) for _ in range(_TIMES)]
        mine, peer = (min(times) for times in zip(*rounds, strict=True))
    peer_said = f"DagBag of airflow {AIRFLOW} on {FILES} files, {peer:.1f} s of CPU"
    yield Figure("dags.cpu", mine / peer, 0.2, peer_said)
