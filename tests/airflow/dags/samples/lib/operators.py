from airflow.models import BaseOperator
from airflow.providers.postgres.hooks.postgres import PostgresHook


class LoadFact(BaseOperator):
    insert = "INSERT INTO {} {}"

    def __init__(self, table, select, redshift_conn_id="redshift", truncate=False, *args, **kwargs):
        super(LoadFact, self).__init__(*args, **kwargs)
        self.table = table
        self.select = select
        self.conn = redshift_conn_id
        self.truncate = truncate

    def execute(self, context):
        self.hook = PostgresHook(postgres_conn_id=self.conn)
        if self.truncate:
            self.hook.run(f"TRUNCATE {self.table}")
        self._load()

    def _load(self):
        self.hook.run(LoadFact.insert.format(self.table, self.select))
