"""Conditions that the source does not decide."""
import os

from airflow import DAG
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator

ENV = os.environ["ENV"]
if ENV == "prod":
    CONN, SCHEMA = "prod_db", "prod"
else:
    CONN, SCHEMA = "dev_db", "dev"
OWNER = "a" if os.getenv("X") else "b"
with DAG("branches") as dag:
    SQLExecuteQueryOperator(task_id="s", conn_id=CONN, sql="SELECT 1")
    SQLExecuteQueryOperator(task_id="o", conn_id="w", sql=f"SELECT * FROM {OWNER}")
    SQLExecuteQueryOperator(task_id="e", conn_id=os.environ["CONN"], sql="SELECT 5")
    SQLExecuteQueryOperator(task_id="n", sql="SELECT 6")
