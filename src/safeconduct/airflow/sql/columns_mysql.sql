SELECT c.column_name, LOWER(c.data_type)
  FROM information_schema.columns AS c
 WHERE c.table_schema = DATABASE() AND c.table_name = $1
