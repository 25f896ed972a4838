"""TaskFlow: @dag, @task, @task.branch, hooks inside the functions."""
from airflow.decorators import dag, task
from airflow.providers.postgres.hooks.postgres import PostgresHook


@dag(dag_id="flow", schedule=None)
def flow():
    @task
    def extract():
        hook = PostgresHook(postgres_conn_id="source")
        return hook.get_records("SELECT id FROM src.users")

    @task(task_id="store")
    def load(rows):
        hook = PostgresHook(postgres_conn_id="target", schema="dwh")
        hook.insert_rows(table="dwh.users", rows=rows, target_fields=["id", "name"])
        hook.run("ANALYZE dwh.users", autocommit=True)

    @task.branch
    def choose():
        first = PostgresHook("target").get_first("SELECT count(*) FROM dwh.users")
        return "a" if first[0] else "b"

    choose() >> load(extract())


flow()
