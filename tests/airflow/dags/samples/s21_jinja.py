"""Jinja: loops, filters, conditions, variables."""
from airflow import DAG
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator

with DAG("jinja", params={"tables": ["a", "b"], "full": False}) as dag:
    SQLExecuteQueryOperator(
        task_id="loop", conn_id="w",
        sql="{% for t in params.tables %}ANALYZE {{ t }};{% endfor %}",
    )
    SQLExecuteQueryOperator(
        task_id="cond", conn_id="w",
        sql="SELECT * FROM t{% if not params.full %} WHERE day = '{{ ds_nodash }}'{% endif %}",
    )
    SQLExecuteQueryOperator(task_id="name", conn_id="w", sql="SELECT * FROM t_{{ ds_nodash }}")
    SQLExecuteQueryOperator(task_id="var", conn_id="w", sql="SELECT * FROM {{ var.value.get('t', 'dflt') }}")
    SQLExecuteQueryOperator(task_id="set", conn_id="{{ var.value.conn }}", sql="{% set x = 'q' %}SELECT * FROM {{ x | upper }}")
    SQLExecuteQueryOperator(task_id="xcom", conn_id="w", sql="DELETE FROM t WHERE id = {{ ti.xcom_pull('a') }} -- {{ ds }}")
