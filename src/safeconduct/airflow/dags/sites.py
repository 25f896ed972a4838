"""Calls that by their look alone send SQL: the check that none is dropped."""

from __future__ import annotations

import ast

_METHODS = frozenset(
    "get_records get_first get_pandas_df get_pandas_df_by_chunks get_df copy_expert insert_rows bulk_load bulk_dump "
    "executemany execute read_sql read_sql_query read_sql_table execute_values execute_batch run to_sql".split()
)
_SQL_ARGUMENTS = frozenset("sql sql_statement query statement".split())
_ALWAYS_SQL = frozenset("sql sql_statement".split())


def sends_sql(node: ast.AST) -> bool:
    """Whether the node is a call of an operator with SQL, or of a method that hooks and cursors send SQL with."""
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name.endswith(("Operator", "Sensor", "GenericTransfer")):
        return any(keyword.arg in _SQL_ARGUMENTS for keyword in node.keywords) or name.startswith("SQL")
    if any(keyword.arg in _ALWAYS_SQL for keyword in node.keywords):
        return True
    return name in _METHODS and bool(node.args or node.keywords)
