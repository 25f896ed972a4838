SELECT kept.{name} FROM {table} AS kept WHERE kept.{key} = $1
