"""Values known at run time only: placeholders where they are values, a reason where they are names."""
from airflow import DAG
from airflow.models import Variable
from airflow.operators.python import PythonOperator
from airflow.providers.postgres.hooks.postgres import PostgresHook


def work(ds, table, **kwargs):
    hook = PostgresHook("pg")
    limit = kwargs["dag_run"].conf.get("limit")
    hook.run(f"DELETE FROM facts WHERE day = '{ds}' AND n > {limit}")
    hook.run(f"TRUNCATE {table}")
    hook.run("SELECT * FROM f WHERE id IN (" + ",".join(str(i) for i in limit) + ")")
    hook.run("INSERT INTO {}.log VALUES (1)".format(Variable.get("schema")))
    hook.run("INSERT INTO {}.log VALUES (2)".format(Variable.get("schema", default_var="audit")))


with DAG("values") as dag:
    PythonOperator(task_id="w", python_callable=work)
