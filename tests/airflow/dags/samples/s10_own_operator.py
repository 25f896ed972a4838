"""An operator from another file, whose execute uses a hook."""
from airflow import DAG
from lib.operators import LoadFact

dag = DAG("facts", default_args={"redshift_conn_id": "from_defaults"})
LoadFact(task_id="plays", dag=dag, table="songplays", select="SELECT 1 FROM events", truncate=True)
LoadFact(task_id="users", dag=dag, table="users", select="SELECT 2 FROM events", redshift_conn_id="mine")
