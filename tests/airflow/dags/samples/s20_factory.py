"""A DAG factory."""
from airflow import DAG
from airflow.providers.postgres.operators.postgres import PostgresOperator


def create_dag(dag_id, conn_id, table):
    with DAG(dag_id, default_args={"postgres_conn_id": conn_id}) as dag:
        PostgresOperator(task_id="vacuum", sql=f"VACUUM {table}")
    return dag


for client in ({"name": "acme", "table": "a.t"}, {"name": "bolt", "table": "b.t"}):
    globals()[client["name"]] = create_dag(f"dag_{client['name']}", f"{client['name']}_db", client["table"])
