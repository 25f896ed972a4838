SELECT kept.dag_id, kept.run_id, kept.task_id, kept.map_index, LENGTH({text}), SUBSTR({text}, 1, {longest})
  FROM {table} AS kept
 WHERE kept.next_kwargs IS NOT NULL
   AND {text} LIKE $1
 LIMIT {count}
