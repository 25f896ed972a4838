"""Airflow 3: airflow.sdk, @task.sql, Param, asset schedules."""
from airflow.sdk import DAG, Param, dag, task, task_group


@dag(params={"schema": Param("core", type="string")})
def three():
    @task.sql(conn_id="sdk")
    def query():
        return "SELECT * FROM {{ params.schema }}.t"

    @task_group
    def grouped():
        query.override(task_id="again")()

    query()
    grouped()


three()
