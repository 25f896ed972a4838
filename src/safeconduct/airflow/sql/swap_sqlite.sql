-- ?1 counts; a name such as $1 would have its place by its first appearance.
UPDATE {table} SET {column} = ?3{flag} WHERE {key} = ?1 AND {column} = ?2
