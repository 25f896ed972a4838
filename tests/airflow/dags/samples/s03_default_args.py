"""The connection stands in the DAG's default arguments, which extend others."""
from airflow import DAG
from airflow.providers.common.sql.operators.sql import SQLCheckOperator, SQLExecuteQueryOperator
from lib.defaults import BASE

DEFAULTS = {**BASE, "retries": 2}
with DAG("defaults", default_args=DEFAULTS) as dag:
    SQLExecuteQueryOperator(task_id="vacuum", sql="ANALYZE sales.orders")
    SQLCheckOperator(task_id="check", sql="SELECT count(*) FROM sales.orders", conn_id="replica")
with DAG("defaults_too", default_args=dict(conn_id="other", owner="me")):
    SQLExecuteQueryOperator(task_id="one", sql="SELECT 1")
