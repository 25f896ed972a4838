"""Enums, dataclasses, named tuples, a hook of the module, arguments that are not told."""
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple
from airflow import DAG
from airflow.operators.python import PythonOperator
from airflow.models import Connection
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.providers.postgres.hooks.postgres import PostgresHook
class Q(str, Enum):
    A = "SELECT 1"
class K:
    B = "SELECT 2"
@dataclass
class T:
    name: str
    conn: str = "tconn"
class N(NamedTuple):
    a: str
    b: str
dag = DAG("x")
HOOK = PostgresHook("g")
def f(**kwargs):
    HOOK.run(kwargs["sql"])
    HOOK.get_records(kwargs["params"]["y"])
def g(context):
    conn = HOOK.get_conn()
    cur = conn.cursor()
    try:
        cur.execute("LOCK TABLE t")
        for row in cur.fetchall():
            cur.execute("UPDATE t SET a = %s WHERE b = '" + row[0] + "'", row)
    finally:
        conn.close()
with dag:
    SQLExecuteQueryOperator(task_id="a", conn_id="c", sql=Q.A.value)
    SQLExecuteQueryOperator(task_id="b", conn_id="c", sql=K.B)
    for t in (T("n1"), T("n2", "other")):
        SQLExecuteQueryOperator(task_id=t.name, conn_id=t.conn, sql=f"SELECT * FROM {t.name}")
    n = N("p", "q")
    SQLExecuteQueryOperator(task_id="n", conn_id=n.a, sql=f"SELECT * FROM {n.b}")
    PythonOperator(task_id="f", python_callable=f, op_kwargs={"sql": "DELETE FROM z WHERE d = '{{ ds }}'"})
    PythonOperator(task_id="g", python_callable=g)
    SQLExecuteQueryOperator(**load())
    SQLExecuteQueryOperator(task_id="k", **load())
    op = SQLExecuteQueryOperator(task_id="k2", conn_id="c", sql=[f"SELECT {i}" for i in range(3)])
    op.execute(context=None)
    SQLExecuteQueryOperator(task_id="m", conn_id="c", sql="SELECT 1", parameters={"a": "{{ ds }}"}, hook_params={"schema": "db2"})
    SQLExecuteQueryOperator.partial(task_id="m", conn_id="c", sql="SELECT * FROM t WHERE a = %(a)s").expand(parameters=[{"a": 1}, {"a": 2}])
    SQLExecuteQueryOperator.partial(task_id="m2", conn_id="c").expand(sql=make())
if __name__ == "__main__":
    dag.cli()
