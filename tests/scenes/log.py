"""The log of an Airflow task."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.scenes.registry import scene

if TYPE_CHECKING:
    from tests.scenes.scenery import Scenery

LOGS = Path(__file__).resolve().parents[1] / "airflow" / "task_logs" / "2.11.2"


@scene("diagnosis.log.failure", "safeconduct why --log /opt/airflow/logs/load.log")
def failure(scenery: Scenery) -> None:
    """A task of Airflow 2.11 was refused its INSERT, and what it lacked has been granted since."""
    server = scenery.postgres()
    server.sql(
        "CREATE SCHEMA sales; CREATE TABLE sales.orders (id serial, customer text); GRANT USAGE ON SCHEMA sales TO etl;"
        "GRANT ALL ON ALL TABLES IN SCHEMA sales TO etl; GRANT ALL ON ALL SEQUENCES IN SCHEMA sales TO etl",
        database="sales",
    )
    (scenery.home / "logs").mkdir()
    (scenery.home / "logs" / "load.log").write_bytes((LOGS / "statement_refused.log").read_bytes())
