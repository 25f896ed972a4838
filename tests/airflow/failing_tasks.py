"""A DAG whose tasks PostgreSQL turns away, each in another manner, run by real Airflows."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.servers.airflow import Airflow
    from tests.servers.postgres import Postgres

PASSWORD = "s3cr3t-0f-etl"
PARAMETER = "hunter2"
CLOSED_PORT = 5433
TASKS = (
    *("login_refused", "unreachable", "no_such_host", "by_sqlalchemy", "login_by_sqlalchemy", "by_asyncpg"),
    *("folded", "statement_refused"),
)
DAG = f'''"""Tasks that PostgreSQL turns away, each in another manner."""

import logging
from datetime import datetime

from airflow.decorators import task
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.providers.postgres.hooks.postgres import PostgresHook

try:
    from airflow.sdk import DAG
except ImportError:
    from airflow import DAG

with DAG("load", start_date=datetime(2026, 1, 1), schedule=None):

    @task
    def login_refused():
        PostgresHook("wrong_password").get_first("SELECT 1")

    @task
    def unreachable():
        PostgresHook("wrong_port").get_first("SELECT 1")

    @task
    def no_such_host():
        PostgresHook(postgres_conn_id="wrong_host").get_first("SELECT 1")

    @task
    def by_sqlalchemy():
        from sqlalchemy import text

        with PostgresHook("warehouse").get_sqlalchemy_engine().connect() as session:
            session.execute(text("INSERT INTO sales.orders VALUES (:id)"), {{"id": "{PARAMETER}"}})

    @task
    def login_by_sqlalchemy():
        PostgresHook("wrong_password").get_sqlalchemy_engine().connect()

    @task
    def by_asyncpg():
        import asyncio

        import asyncpg

        given = PostgresHook.get_connection("warehouse")

        async def ask():
            session = await asyncpg.connect(
                host=given.host, port=given.port, user=given.login, password=given.password, database=given.schema
            )
            await session.fetch("SELECT * FROM sales.orders")

        asyncio.run(ask())

    @task
    def folded():
        try:
            PostgresHook("wrong_password").get_first("SELECT 1")
        except Exception as error:
            raise RuntimeError("the load of sales did not begin") from error

    @task
    def twice():
        try:
            PostgresHook("wrong_password").get_first("SELECT 1")
        except Exception:
            logging.getLogger(__name__).exception("the first try failed")
        PostgresHook("warehouse").run("DELETE FROM sales.orders WHERE id = %s", parameters=("{PARAMETER}",))

    login_refused()
    twice()
    unreachable()
    no_such_host()
    by_sqlalchemy()
    login_by_sqlalchemy()
    by_asyncpg()
    folded()
    SQLExecuteQueryOperator(
        task_id="statement_refused",
        conn_id="warehouse",
        sql="SELECT * FROM sales.orders WHERE customer = %(name)s",
        parameters={{"name": "{PARAMETER}"}},
    )
'''


def prepare(airflow: Airflow, server: Postgres) -> None:
    """Make the DAG, its connections, and the table that its role may not read."""
    server.create_role("etl", PASSWORD)
    server.create_database("sales")
    server.sql("CREATE SCHEMA sales; CREATE TABLE sales.orders (id text, customer text)", database="sales")
    server.sql("GRANT USAGE ON SCHEMA sales TO etl", database="sales")
    folder = airflow.home / "dags"
    folder.mkdir(exist_ok=True)
    (folder / "load.py").write_text(DAG)
    airflow.settings["AIRFLOW__LOGGING__LOGGING_LEVEL"] = "INFO"
    places = {
        "warehouse": (server.host, server.port, PASSWORD),
        "wrong_password": (server.host, server.port, "n0t-the-0ne"),
        "wrong_port": (server.host, CLOSED_PORT, PASSWORD),
        "wrong_host": ("db.invalid", 5432, PASSWORD),
    }
    for conn_id, (host, port, password) in places.items():
        # In the environment, where adding one costs no process.
        uri = f"postgres://etl:{password}@{host}:{port}/sales"
        airflow.settings[f"AIRFLOW_CONN_{conn_id.upper()}"] = uri


def log_of(airflow: Airflow, task: str) -> str:
    """What the task logs when it is run (and fails), as `airflow tasks test` prints it."""
    answer = airflow.cli("tasks", "test", "load", task, "2026-01-01", check=False)
    return answer.output
