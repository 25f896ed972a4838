"""psycopg2.sql composition, own hook class, lambdas."""
from airflow.decorators import dag, task
from airflow.operators.python import PythonOperator
from airflow.providers.postgres.hooks.postgres import PostgresHook
from psycopg2 import sql


class AuditHook(PostgresHook):
    conn_name_attr = "audit_conn_id"
    default_conn_name = "audit_default"

    def log(self, what):
        self.run("INSERT INTO audit.log (what) VALUES (%s)", parameters=(what,))


@dag(dag_id="composed")
def composed():
    @task
    def build():
        hook = PostgresHook("pg")
        hook.run(sql.SQL("SELECT {} FROM {}").format(sql.Identifier("a"), sql.Identifier("s", "t")))
        AuditHook().log("x")
        AuditHook(audit_conn_id="special").log("y")

    build()
    PythonOperator(task_id="l", python_callable=lambda: PostgresHook("lam").run("SELECT 'lambda'"))


composed()
