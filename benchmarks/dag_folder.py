"""A folder of generated DAG files, in the styles that people use."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_WITH = '''
from datetime import datetime

from airflow import DAG
from airflow.operators.empty import EmptyOperator
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from common.settings import CONN, SCHEMA

default_args = {"owner": "etl", "conn_id": CONN, "retries": 2}

with DAG("orders_NUMBER", start_date=datetime(2024, 1, 1), schedule=None, default_args=default_args) as dag:
    start = EmptyOperator(task_id="start")
    previous = start
    for table in ("orders", "lines", "customers"):
        load = SQLExecuteQueryOperator(
            task_id=f"load_{table}",
            sql=f"""
                INSERT INTO {SCHEMA}.{table}_NUMBER
                SELECT * FROM raw.{table}
                WHERE day = '{{{{ ds }}}}'
            """,
        )
        previous >> load
        previous = load
    check = SQLExecuteQueryOperator(task_id="check", sql="sql/check.sql", params={"table": "orders_NUMBER"})
    previous >> check
'''
_FLOW = """
from datetime import datetime

from airflow.decorators import dag, task
from airflow.providers.postgres.hooks.postgres import PostgresHook
from common.settings import CONN, SCHEMA


@dag(dag_id="flow_NUMBER", start_date=datetime(2024, 1, 1), schedule=None, catchup=False)
def flow():
    @task
    def extract():
        return PostgresHook(postgres_conn_id="source").get_records("SELECT id, name FROM app.users_NUMBER")

    @task
    def load(rows):
        hook = PostgresHook(postgres_conn_id=CONN)
        with hook.get_conn() as conn, conn.cursor() as cursor:
            for row in rows:
                cursor.execute(f"INSERT INTO {SCHEMA}.users_NUMBER (id, name) VALUES (%s, %s)", row)
        hook.run(f"ANALYZE {SCHEMA}.users_NUMBER")

    load(extract())


flow()
"""
_CALLABLE = """
import logging
from datetime import datetime, timedelta

from airflow import DAG
from airflow.operators.python import PythonOperator
from airflow.providers.postgres.hooks.postgres import PostgresHook

log = logging.getLogger(__name__)


def clean(table, days, **context):
    hook = PostgresHook("warehouse")
    log.info("cleaning %s", table)
    hook.run(f"DELETE FROM {table} WHERE day < now() - interval '{days} days'")
    count = hook.get_first(f"SELECT count(*) FROM {table}")[0]
    log.info("%s rows are left", count)


with DAG("clean_NUMBER", start_date=datetime(2024, 1, 1), schedule=None,
         default_args={"retry_delay": timedelta(minutes=5)}) as dag:
    tasks = [
        PythonOperator(task_id=f"clean_{name}", python_callable=clean,
                       op_kwargs={"table": f"log.{name}_NUMBER", "days": 9})
        for name in ("clicks", "views")
    ]
"""
_WITHOUT_SQL = """
from datetime import datetime

from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("shell_NUMBER", start_date=datetime(2024, 1, 1), schedule=None) as dag:
    first = BashOperator(task_id="first", bash_command="echo NUMBER")
    second = BashOperator(task_id="second", bash_command="date")
    first >> second
"""
STYLES = (_WITH, _FLOW, _CALLABLE, _WITHOUT_SQL)
FOUND = (4, 3, 4, 0)
"""How many calls that send SQL each style has."""


def generate(folder: Path, count: int) -> int:
    """Write so many DAG files; how many calls that send SQL they have."""
    for name, text in (("common/__init__.py", ""), ("common/settings.py", 'CONN = "warehouse"\nSCHEMA = "mart"\n')):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / "sql").mkdir()
    (folder / "sql" / "check.sql").write_text("SELECT count(*) FROM mart.{{ params.table }} WHERE day = '{{ ds }}'\n")
    for number in range(count):
        style = STYLES[number % len(STYLES)]
        (folder / f"dag_{number:04}.py").write_text(style.lstrip().replace("NUMBER", str(number)))
    return sum(FOUND[number % len(FOUND)] for number in range(count))
