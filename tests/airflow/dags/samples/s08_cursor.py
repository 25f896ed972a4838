"""Cursors and connections, as with psycopg."""
from contextlib import closing

from airflow import DAG
from airflow.operators.python import PythonOperator
from airflow.providers.postgres.hooks.postgres import PostgresHook
from psycopg2.extras import execute_values


def copy_in(**context):
    hook = PostgresHook(postgres_conn_id="pg")
    conn = hook.get_conn()
    cur = conn.cursor()
    cur.execute("CREATE TEMP TABLE t (a int)")
    execute_values(cur, "INSERT INTO t (a) VALUES %s", [(1,)])
    cur.copy_expert("COPY t TO STDOUT", None)
    cur.executemany("UPDATE facts SET a = %(a)s", [{"a": 1}])
    with closing(hook.get_conn()) as other, other.cursor() as second:
        second.execute("SELECT * FROM facts WHERE day = %(day)s", {"day": context["ds"]})
    hook.copy_expert("COPY raw.events FROM STDIN WITH CSV", "/tmp/events.csv")
    hook.bulk_load("raw.events", "/tmp/events.tsv")


with DAG("cursors") as dag:
    PythonOperator(task_id="copy", python_callable=copy_in)
