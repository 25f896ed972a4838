"""SQL files: by name, through template_searchpath, with params and an include."""
import os

from airflow import DAG
from airflow.providers.postgres.operators.postgres import PostgresOperator

HERE = os.path.dirname(os.path.abspath(__file__))

with DAG(
    "templates",
    template_searchpath=[os.path.join(HERE, "include")],
    params={"schema": "mart", "limit": 10},
    user_defined_macros={"suffix": "_v2"},
) as dag:
    PostgresOperator(task_id="load", sql="sql/load.sql")
    PostgresOperator(task_id="found", sql="queries/report.sql", params={"limit": 5})
    PostgresOperator(task_id="missing", sql="sql/nowhere.sql")
