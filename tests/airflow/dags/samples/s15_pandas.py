"""pandas and SQLAlchemy engines."""
import pandas as pd
from airflow.decorators import dag, task
from airflow.hooks.base import BaseHook
from airflow.providers.postgres.hooks.postgres import PostgresHook
from sqlalchemy import create_engine, text


@task
def frame():
    engine = PostgresHook("analytics").get_sqlalchemy_engine()
    a = pd.read_sql("SELECT * FROM a", engine)
    b = pd.read_sql_table("b", con=engine, schema="s")
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM c WHERE id = :id"), {"id": 1})
    a.to_sql("d", engine, schema="s", if_exists="append")


@task
def by_uri():
    conn = BaseHook.get_connection("raw_uri")
    engine = create_engine(f"postgresql://{conn.login}:{conn.password}@{conn.host}/{conn.schema}")
    engine.execute("UPDATE e SET a = 1")
    BaseHook.get_connection("typed").get_hook().run("SELECT 9")


@dag()
def frames():
    frame()
    by_uri()


frames()
