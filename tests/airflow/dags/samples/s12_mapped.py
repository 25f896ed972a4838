"""Dynamic task mapping, task groups, functools.partial."""
from functools import partial

from airflow import DAG
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.utils.task_group import TaskGroup

with DAG("mapped") as dag:
    SQLExecuteQueryOperator.partial(task_id="m", conn_id="w").expand(sql=["SELECT 1", "SELECT 2"])
    with TaskGroup("checks"):
        SQLExecuteQueryOperator(task_id="c", conn_id="w", sql="SELECT 3")
    Common = partial(SQLExecuteQueryOperator, conn_id="p")
    Common(task_id="d", sql="SELECT 4")
