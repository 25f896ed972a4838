"""Hooks and cursors handed to helpers of another file."""
from airflow.decorators import dag, task
from lib.helpers import get_hook, run_all, upsert


class Loader:
    def __init__(self, hook):
        self.hook = hook

    def load(self, table):
        conn = self.hook.get_conn()
        with conn.cursor() as cur:
            upsert(cur, table, ["a", "b"])


@dag()
def helped():
    @task
    def go():
        run_all(get_hook(), ("SELECT 1", "SELECT 2"))
        Loader(get_hook("loader")).load("target")

    go()


helped()
