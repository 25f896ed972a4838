"""An operator of one's own around the common one."""
from airflow import DAG
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator


class Refresh(SQLExecuteQueryOperator):
    def __init__(self, view, conn_id="marts", **kwargs):
        super().__init__(sql=f"REFRESH MATERIALIZED VIEW {view}", conn_id=conn_id, **kwargs)


class Grant(SQLExecuteQueryOperator):
    conn_id = "admin"
    template_fields = ("sql",)

    def execute(self, context):
        self.sql = "GRANT SELECT ON marts.a TO reader"
        return super().execute(context)


with DAG("subclasses") as dag:
    Refresh(task_id="a", view="marts.a")
    Refresh(task_id="b", view="marts.b", conn_id="elsewhere")
    Grant(task_id="g", sql="")
