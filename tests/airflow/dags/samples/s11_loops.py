"""Tasks made in loops over lists, dicts and ranges."""
from airflow import DAG
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator as Sql

TABLES = {"orders": "oid", "users": "uid"}
with DAG("loops") as dag:
    for table, key in TABLES.items():
        Sql(task_id=f"dedupe_{table}", conn_id="w", sql=f"DELETE FROM {table} WHERE {key} IS NULL")
    for number in range(2):
        Sql(task_id="part_%d" % number, conn_id="w", sql="ANALYZE part_{}".format(number))
    previous = None
    for name in ["a", "b"]:
        current = Sql(task_id=name, conn_id="w", sql=" ".join(["SELECT", "*", "FROM", name]))
        if previous:
            previous >> current
        previous = current
