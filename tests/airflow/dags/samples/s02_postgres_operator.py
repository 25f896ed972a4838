"""Airflow 2's PostgresOperator, its default connection, dag= instead of a with block."""
from airflow.models import DAG
from airflow.operators.postgres_operator import PostgresOperator
from airflow.utils.dates import days_ago

args = {"owner": "data", "start_date": days_ago(1)}
dag = DAG(dag_id="legacy", default_args=args, schedule_interval=None)

drop = PostgresOperator(task_id="drop", sql="DROP TABLE IF EXISTS staging.events", dag=dag)
load = PostgresOperator(
    task_id="load",
    postgres_conn_id="redshift",
    database="analytics",
    sql=["TRUNCATE staging.events", "INSERT INTO staging.events SELECT * FROM raw.events"],
    autocommit=True,
    dag=dag,
)
drop >> load
