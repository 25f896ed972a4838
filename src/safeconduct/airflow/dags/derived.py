"""SQL that operators and hooks make themselves, from tables, columns and checks.

Source: the same methods of common.sql 2.4 (`_generate_sql_query`, `generate_insert_sql`, `generate_replace_sql`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.airflow.dags.values import Unknown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from safeconduct.airflow.dags.machine import Machine

COLUMNS_UNKNOWN = "its columns are read from the table when the DAG runs"
_COLUMN_CHECKS = {
    "null_check": "SUM(CASE WHEN {0} IS NULL THEN 1 ELSE 0 END)",
    "distinct_check": "COUNT(DISTINCT({0}))",
    "unique_check": "COUNT({0}) - COUNT(DISTINCT({0}))",
    "min": "MIN({0})",
    "max": "MAX({0})",
}


def column_check(machine: Machine, given: dict[str, object]) -> object:
    """The query of SQLColumnCheckOperator."""
    mapping = given.get("column_mapping")
    if not isinstance(mapping, dict) or not mapping or not all(isinstance(one, dict) for one in mapping.values()):
        return Unknown("column_mapping", "the columns and their checks are known only when the DAG runs")
    table, parts = machine.text(given.get("table")), list[str]()
    for column, checks in mapping.items():
        if not isinstance(column, str) or not all(check in _COLUMN_CHECKS for check in checks):
            return Unknown("column_mapping", "a column or a check in it is known only when the DAG runs")
        for check, options in checks.items():
            value = _COLUMN_CHECKS[check].format(column)
            where = _where(machine, given, options)
            parts.append(
                f"SELECT '{column}' AS col_name, '{check}' AS check_type, {column}_{check} AS check_result "
                f"FROM (SELECT {value} AS {column}_{check} FROM {table}{where}) AS sq"
            )
    return f"SELECT col_name, check_type, check_result FROM ({' UNION ALL '.join(parts)}) AS check_columns"


def table_check(machine: Machine, given: dict[str, object]) -> object:
    """The query of SQLTableCheckOperator."""
    checks = given.get("checks")
    if not isinstance(checks, dict) or not checks or not all(isinstance(one, dict) for one in checks.values()):
        return Unknown("checks", "the checks are known only when the DAG runs")
    table, parts = machine.text(given.get("table")), list[str]()
    for name, options in checks.items():
        if not isinstance(name, str):
            return Unknown("checks", "the name of a check is known only when the DAG runs")
        statement = machine.text(options.get("check_statement"))
        parts.append(
            f"SELECT '{name}' AS check_name, MIN({name}) AS check_result FROM (SELECT CASE WHEN {statement} "
            f"THEN 1 ELSE 0 END AS {name} FROM {table}{_where(machine, given, options)}) AS sq"
        )
    return f"SELECT check_name, check_result FROM ({' UNION ALL '.join(parts)}) AS check_table"


def _where(machine: Machine, given: dict[str, object], options: object) -> str:
    own = options.get("partition_clause") if isinstance(options, dict) else None
    clauses = [machine.text(one) for one in (given.get("partition_clause"), own) if one]
    return f" WHERE {' AND '.join(clauses)}" if clauses else ""


def interval_checks(machine: Machine, given: dict[str, object]) -> object:
    """The two queries of SQLIntervalCheckOperator."""
    metrics = given.get("metrics_thresholds")
    if not isinstance(metrics, dict) or not all(isinstance(one, str) for one in metrics):
        return Unknown("metrics_thresholds", "the metrics are known only when the DAG runs")
    days, column = given.get("days_back", 7), machine.text(given.get("date_filter_column", "ds"))
    names = ", ".join(sorted(str(one) for one in metrics))
    query = f"SELECT {names} FROM {machine.text(given.get('table'))} WHERE {column}="
    return [f"{query}'{{{{ ds }}}}'", f"{query}'{{{{ macros.ds_add(ds, -{machine.text(days).lstrip('-')}) }}}}'"]


def insert(machine: Machine, table: object, columns: object, options: dict[str, object] | None = None) -> object:
    """The INSERT of `insert_rows`, with a placeholder for each column."""
    if columns is None:
        if isinstance(table, str) and not (options or {}).get("replace"):
            return f"INSERT INTO {table} VALUES (%s)"
        return Unknown("target_fields", COLUMNS_UNKNOWN)
    if not isinstance(columns, (list, tuple)):
        return Unknown("target_fields", "the columns are known only when the DAG runs")
    names = [machine.text(column) for column in columns]
    listed = f"({', '.join(names)}) " if names else ""
    sql = f"INSERT INTO {machine.text(table)} {listed}VALUES ({', '.join(['%s'] * max(1, len(names)))})"
    return sql if not (options or {}).get("replace") else _replacing(machine, sql, names, options or {})


def _replacing(machine: Machine, sql: str, names: Sequence[str], options: dict[str, object]) -> object:
    keys = options.get("replace_index")
    keys = [keys] if isinstance(keys, str) else keys
    if not isinstance(keys, (list, tuple)):
        return Unknown("replace_index", "the columns of the primary key are read from the table when the DAG runs")
    index, given = [machine.text(key) for key in keys], options.get("replace_target")
    others = [machine.text(one) for one in given] if isinstance(given, (list, tuple)) else names
    changed = [name for name in others if name not in index or given is not None]
    action = f"DO UPDATE SET {', '.join(f'{one} = excluded.{one}' for one in changed)}" if changed else "DO NOTHING"
    return f"{sql} ON CONFLICT ({', '.join(index)}) {action}"
