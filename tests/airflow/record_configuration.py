"""Record what the real Airflows answer: `python -m tests.airflow.record_configuration`."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.airflow.configuration_answers import SETTINGS, real_answers
from tests.airflow.configuration_scenes import VERSIONS, scenes
from tests.servers.airflow import real_airflow
from tests.servers.availability import Missing

RECORDED = Path(__file__).with_name("recorded_configuration.json")


def main() -> int:
    """Write the file anew; 1 when an Airflow is not here."""
    recorded: dict[str, dict[str, list[Any]]] = {}
    for version in VERSIONS:
        with tempfile.TemporaryDirectory() as folder:
            airflow = real_airflow(version, Path(folder), SETTINGS)
            if isinstance(airflow, Missing):
                print(airflow, file=sys.stderr)
                return 1
            recorded[version] = real_answers(airflow, scenes(version))
    RECORDED.write_text(json.dumps(recorded, indent=1, sort_keys=True) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
