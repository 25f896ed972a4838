SELECT kept.dag_run_id, kept.task_id, kept.map_index, kept.{key}, kept.dag_id, kept.run_id,
       LENGTH({text}), SUBSTR({text}, 1, {longest})
  FROM {table} AS kept
 WHERE kept.dag_run_id >= $1 AND kept.dag_run_id < $2
   AND {text} LIKE $3 {after}
 ORDER BY kept.dag_run_id, kept.task_id, kept.map_index, kept.{key}
 LIMIT {count}
