"""The plainest: a with block, SQL within the call."""
from datetime import datetime

from airflow import DAG
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator

with DAG("orders", start_date=datetime(2024, 1, 1), schedule="@daily", catchup=False) as dag:
    create = SQLExecuteQueryOperator(
        task_id="create",
        conn_id="warehouse",
        sql="CREATE TABLE IF NOT EXISTS sales.daily (day date, total numeric)",
    )
    fill = SQLExecuteQueryOperator(
        task_id="fill",
        conn_id="warehouse",
        sql="""
            INSERT INTO sales.daily
            SELECT day, sum(amount) FROM sales.orders
            WHERE day = '{{ ds }}' GROUP BY day
        """,
    )
    create >> fill
