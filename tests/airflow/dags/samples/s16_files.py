"""SQL read from files by Python."""
import os
from pathlib import Path
from textwrap import dedent

from airflow import DAG
from airflow.providers.postgres.operators.postgres import PostgresOperator

SQL_DIR = Path(__file__).parent / "sql"
with open(os.path.join(os.path.dirname(__file__), "sql", "plain.sql")) as file:
    plain = file.read()

with DAG("files") as dag:
    PostgresOperator(task_id="path", sql=(SQL_DIR / "plain.sql").read_text())
    PostgresOperator(task_id="open", sql=plain.strip())
    PostgresOperator(task_id="deployed", sql=open("/opt/airflow/dags/sql/plain.sql").read().strip())
    PostgresOperator(task_id="dedent", sql=dedent("""
        SELECT 1
          FROM x
    """).strip())
    PostgresOperator(task_id="implicit", sql="SELECT a, " "b " "FROM t")
