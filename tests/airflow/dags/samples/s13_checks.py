"""The check operators, which make their SQL themselves."""
from airflow import DAG
from airflow.providers.common.sql.operators.sql import (
    BranchSQLOperator, SQLColumnCheckOperator, SQLIntervalCheckOperator, SQLTableCheckOperator,
    SQLThresholdCheckOperator, SQLValueCheckOperator,
)

with DAG("checks", default_args={"conn_id": "dq"}) as dag:
    SQLColumnCheckOperator(task_id="columns", table="orders",
                           column_mapping={"id": {"null_check": {"equal_to": 0}, "min": {"geq_to": 1}}})
    SQLTableCheckOperator(task_id="table", table="orders", partition_clause="day = '{{ ds }}'",
                          checks={"rows": {"check_statement": "COUNT(*) > 0"}})
    SQLValueCheckOperator(task_id="value", sql="SELECT max(id) FROM orders", pass_value=3)
    SQLIntervalCheckOperator(task_id="interval", table="orders", metrics_thresholds={"sum(a)": 2, "count(*)": 1})
    SQLThresholdCheckOperator(task_id="threshold", sql="SELECT avg(a) FROM orders", min_threshold=1,
                              max_threshold="SELECT max(a) FROM limits")
    BranchSQLOperator(task_id="branch", sql="SELECT true", follow_task_ids_if_true="a", follow_task_ids_if_false="b")
