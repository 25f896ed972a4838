"""Airflow 1's imports, a hook in __init__, module-level helper never called."""
from airflow.hooks.postgres_hook import PostgresHook
from airflow.models import BaseOperator


class Old(BaseOperator):
    def __init__(self, sql="", conn="old_db", *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.sql = sql
        self.hook = PostgresHook(conn)

    def execute(self, context):
        records = self.hook.get_pandas_df(self.sql)
        return records


def forgotten(cur):
    cur.execute("DELETE FROM forgotten")


Old(task_id="o", sql="SELECT * FROM old")
