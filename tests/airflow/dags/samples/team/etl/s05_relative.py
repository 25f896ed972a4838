"""Relative imports within a package, a template beside the file."""
from airflow import DAG
from airflow.providers.common.sql.sensors.sql import SqlSensor
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator

from . import queries
from .queries import COUNT as HOW_MANY
from ..conf import CONN

with DAG("relative") as dag:
    SqlSensor(task_id="wait", conn_id=CONN, sql=HOW_MANY)
    SqlSensor(task_id="wait_again", conn_id=CONN, sql=queries.COUNT + " WHERE ready")
    SQLExecuteQueryOperator(task_id="beside", conn_id=CONN, sql="beside.sql")
