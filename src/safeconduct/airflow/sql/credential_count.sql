SELECT COUNT(*) FROM {table} AS kept WHERE kept.{column} <> ''
