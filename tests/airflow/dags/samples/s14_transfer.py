"""Transfers and row inserts."""
from airflow import DAG
from airflow.operators.generic_transfer import GenericTransfer
from airflow.providers.common.sql.operators.sql import SQLInsertRowsOperator

with DAG("transfer") as dag:
    GenericTransfer(task_id="t", sql="SELECT a FROM s", source_conn_id="from", destination_conn_id="to",
                    destination_table="public.d", preoperator="TRUNCATE public.d",
                    insert_args={"target_fields": ["a"]})
    SQLInsertRowsOperator(task_id="i", conn_id="to", table_name="d", schema="public", columns=["a", "b"],
                          rows=[(1, 2)], preoperator=["DELETE FROM public.d"])
