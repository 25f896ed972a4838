"""A folder of DAGs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.scenes.registry import scene
from tests.scenes.shop import shop

if TYPE_CHECKING:
    from tests.scenes.scenery import Scenery

DAG = """
from airflow import DAG
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator

with DAG("shop", default_args={"conn_id": "warehouse"}):
    SQLExecuteQueryOperator(task_id="count", sql="SELECT count(*) FROM shop.orders")
    SQLExecuteQueryOperator(task_id="odd", sql=make_up())
"""


@scene("diagnosis.dags.counted", "safeconduct why --dags /opt/airflow/dags")
def counted(scenery: Scenery) -> None:
    """Of two tasks one has SQL that a function puts together when it runs. `etl` may do what the other asks for."""
    shop(scenery, "GRANT USAGE ON SCHEMA shop TO etl; GRANT SELECT ON shop.orders TO etl")
    (scenery.home / "dags").mkdir()
    (scenery.home / "dags" / "shop.py").write_text(DAG)
