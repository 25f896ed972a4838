-- Compared as octets: a collation holds texts for equal that differ in case or in blanks at the end.
UPDATE {table} AS kept
  JOIN ({rows}) AS new ON kept.{key} = new.id
   SET kept.{column} = new.becomes{flag}
 WHERE CAST(kept.{column} AS BINARY) = CAST(new.was AS BINARY)
