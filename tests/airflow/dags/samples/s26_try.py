"""try, while, comprehension, early return, walrus."""
from airflow import DAG
from airflow.operators.python import PythonOperator
from airflow.providers.postgres.hooks.postgres import PostgresHook


def careful():
    hook = PostgresHook("pg")
    try:
        hook.run("SELECT 'try'")
    except Exception:
        hook.run("SELECT 'except'")
        raise
    finally:
        hook.run("SELECT 'finally'")
    while hook.get_first("SELECT 'while'")[0]:
        hook.run("SELECT 'body'")
    [hook.run(f"ANALYZE {name}") for name in ("x", "y")]
    if (found := hook.get_records("SELECT 'walrus'")):
        return found
    hook.run("SELECT 'last'")


with DAG("careful") as dag:
    PythonOperator(task_id="c", python_callable=careful)
