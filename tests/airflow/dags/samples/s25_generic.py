"""Operators that are nowhere in the folder, other databases."""
from airflow import DAG
from airflow.providers.amazon.aws.transfers.sql_to_s3 import SqlToS3Operator
from airflow.providers.http.hooks.http import HttpHook
from airflow.providers.snowflake.operators.snowflake import SnowflakeOperator
from company.operators import AuditOperator

with DAG("generic") as dag:
    SqlToS3Operator(task_id="s3", query="SELECT * FROM export", sql_conn_id="pg", aws_conn_id="aws", s3_bucket="b")
    SnowflakeOperator(task_id="snow", sql="SELECT 1")
    AuditOperator(task_id="audit", sql_statement="SELECT 2", postgres_conn_id="audit")
    HttpHook().run("endpoint")
