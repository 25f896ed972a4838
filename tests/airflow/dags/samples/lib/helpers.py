from airflow.providers.postgres.hooks.postgres import PostgresHook


def get_hook(conn_id="helper_default"):
    return PostgresHook(postgres_conn_id=conn_id)


def run_all(hook, statements):
    for statement in statements:
        hook.run(statement)


def upsert(cur, table, columns):
    cols = ", ".join(columns)
    cur.execute(f"INSERT INTO {table} ({cols}) VALUES ({', '.join(['%s'] * len(columns))})", ())
