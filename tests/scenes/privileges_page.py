"""What docs/privileges.md begins with: the commands about files and DAGs, typed on a real server."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from tests.scenes.scenery import Scenery
from tests.scenes.shop import open_shop

if TYPE_CHECKING:
    from tests.scenes.scenery import Servers

FILE, DAGS = "/opt/airflow/load.sql", "/opt/airflow/dags"
LOAD = """SELECT id FROM shop.customers WHERE `name` = 'new';
INSERT INTO shop.orders (customer, amount) SELECT id, 0 FROM shop.customers;
"""
DAG = """from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator

SQLExecuteQueryOperator(task_id="count", conn_id="warehouse", sql="SELECT count(*) FROM shop.orders")
SQLExecuteQueryOperator(task_id="mail", conn_id="warehouse", sql="SELECT email FROM shop.customers")
"""
COMMANDS = (
    "safeconduct privileges missing --dags /opt/airflow/dags",
    "cat /opt/airflow/load.sql",
    "safeconduct privileges needed warehouse /opt/airflow/load.sql",
    "safeconduct privileges grant warehouse /opt/airflow/load.sql",
    "safeconduct privileges held warehouse",
    "safeconduct privileges revoke warehouse --dags /opt/airflow/dags",
)


def privileges_page(servers: Servers) -> str:
    """What they print for a role that may read customers and change orders."""
    with closing(Scenery(servers)) as scenery:
        open_shop(scenery, "GRANT SELECT (id, email) ON shop.customers TO etl; GRANT UPDATE ON shop.orders TO etl")
        (scenery.home / "load.sql").write_text(LOAD)
        (scenery.home / "dags").mkdir()
        (scenery.home / "dags" / "shop.py").write_text(DAG)
        return "\n".join(
            f"$ {command}\n{LOAD if command.startswith('cat') else scenery.types(command)}" for command in COMMANDS
        )
