SELECT c.column_name
  FROM information_schema.columns AS c
 WHERE c.table_schema = DATABASE() AND c.table_name = $1
