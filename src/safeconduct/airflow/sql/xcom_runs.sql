SELECT MIN(kept.dag_run_id) FROM {table} AS kept WHERE kept.dag_run_id > $1
