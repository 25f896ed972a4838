"""Constants from other files: import, from-import, as, star, packages."""
import lib.constants
import lib.constants as c
from airflow import DAG
from airflow.providers.postgres.operators.postgres import PostgresOperator
from lib import SCHEMA
from lib.constants import *

dag = DAG("imports")
PostgresOperator(task_id="a", postgres_conn_id=c.WAREHOUSE, sql=c.QUERIES["customers"], dag=dag)
PostgresOperator(task_id="b", postgres_conn_id=lib.constants.WAREHOUSE, sql=QUERIES["orders"], dag=dag)
PostgresOperator(task_id="c", postgres_conn_id=WAREHOUSE, sql="DELETE FROM %s.old" % SCHEMA, dag=dag)
