"""Operators and sensors: which of their arguments is SQL, and over which connection it goes.

Source: airflow/providers/common/sql/operators/sql.py (common.sql 2.4) and providers/postgres (5.6 and 7.1).
"""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from safeconduct.airflow.dags.contexts import task_name
from safeconduct.airflow.dags.derived import column_check, insert, interval_checks, table_check
from safeconduct.airflow.dags.found import Resolution
from safeconduct.airflow.dags.functions import call_function
from safeconduct.airflow.dags.jinja import JinjaContext
from safeconduct.airflow.dags.requests import Request, submit
from safeconduct.airflow.dags.values import Arguments, Bound, DagValue, Function, Group, Partial, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable

    from safeconduct.airflow.dags.machine import Machine
    from safeconduct.airflow.dags.scope import Scope

_SQL_NAME = re.compile(r"(?:^|_)(?:sqls?|query|queries|statements?)(?:_(?:statement|query|text|template|file|path))?$")
_NOT_SQL = re.compile(r"conn|param|language|dialect")
# Those whose one name for the connection is conn_id, and which have no default of their own.
_COMMON_SQL = re.compile(r"^(?:SQL\w+Operator|BranchSQLOperator|SqlSensor)$")
_DEFAULTS = {
    "PostgresOperator": "postgres_default",
    "BranchSQLOperator": "default_conn_id",
    "MySqlOperator": "mysql_default",
    "SnowflakeOperator": "snowflake_default",
    "MsSqlOperator": "mssql_default",
    "SqliteOperator": "sqlite_default",
    "TrinoOperator": "trino_default",
    "OracleOperator": "oracle_default",
    "RedshiftSQLOperator": "redshift_default",
}


def is_operator(name: str) -> bool:
    """Whether the last part of a dotted name is that of an operator, a sensor or a transfer."""
    return name.endswith(("Operator", "Sensor", "GenericTransfer"))


def settings(machine: Machine, arguments: Arguments) -> dict[str, object]:
    """The default arguments of the task's DAG, its group and its own call."""
    keywords = arguments.keywords
    dag, own = _dag(machine, keywords), keywords.get("default_args")
    group = keywords.get("task_group", machine.groups[-1] if machine.groups else None)
    found = dict(dag.default_args) if dag is not None else {}
    if isinstance(group, Group):
        found.update(group.default_args)
    if isinstance(own, dict):
        found.update({k: v for k, v in own.items() if isinstance(k, str)})
    return found


def _dag(machine: Machine, given: dict[str, object]) -> DagValue | None:
    if "dag" in given and isinstance(dag := given["dag"], DagValue):
        return dag
    return machine.dags[-1] if machine.dags else None


def jinja_context(machine: Machine, given: dict[str, object]) -> JinjaContext:
    """What the templates of a task are rendered with."""
    return JinjaContext(_dag(machine, given), given)


def call_operator(machine: Machine, name: str, arguments: Arguments, node: ast.Call, scope: Scope) -> object:
    """An operator from outside: its SQL is recorded, its Python function called."""
    callee = arguments.keywords.get("python_callable")
    if callee is not None:
        _call_python(machine, callee, arguments, node, scope)
    else:
        record_operator(machine, name, arguments, node, scope)
    return Unknown(node, "it is the result of a task")


def _call_python(machine: Machine, callee: object, arguments: Arguments, node: ast.Call, scope: Scope) -> None:
    positional, named = arguments.keywords.get("op_args"), arguments.keywords.get("op_kwargs")
    given = Arguments(
        list(positional) if isinstance(positional, (list, tuple)) else [],
        {k: v for k, v in named.items() if isinstance(k, str)} if isinstance(named, dict) else {},
        isinstance(positional, Unknown) or isinstance(named, Unknown),
    )
    machine.tasks.append(_task(machine, arguments.keywords))
    try:
        if isinstance(callee, Function):  # not as a task of TaskFlow, should it be one
            call_function(machine, callee, given)
        elif isinstance(callee, (Bound, Partial)):
            machine.call(callee, given, node, scope)
    finally:
        machine.tasks.pop()


def _task(machine: Machine, given: dict[str, object]) -> tuple[str | None, str | None]:
    dag = _dag(machine, given)
    group = given.get("task_group")
    task_id = given.get("task_id")
    if isinstance(group, Group) and isinstance(task_id, str):
        return (dag.dag_id if dag is not None else None, f"{group.prefix}{task_id}")
    return (dag.dag_id if dag is not None else None, task_name(machine, task_id))


def record_operator(
    machine: Machine, operator: str, arguments: Arguments, node: ast.AST, scope: Scope, name: str = ""
) -> None:
    """Record what the operator of this name sends; nothing where none of its arguments is SQL."""
    given = {**settings(machine, arguments), **arguments.keywords}
    handler = _HANDLERS.get(operator)
    texts = _texts(name or operator, given, arguments.is_loose) if handler is None else []
    if handler is None and not texts:  # as most operators: nothing more is looked for
        return
    task = machine.tasks[-1] if name and machine.tasks else _task(machine, given)
    request = Request(
        node,
        scope,
        name or operator,
        None,
        _connection(operator, given, arguments.is_loose, node),
        given.get("parameters"),
        *_overrides(given),
        resolution=Resolution.COMPUTED,
        loads_files=True,
        task=task,
        context=jinja_context(machine, given),
    )
    if handler is not None:
        handler(machine, request, given)
    else:
        _record_sql(machine, request, texts)


def _overrides(given: dict[str, object]) -> tuple[object, object]:
    database, schema, params = given.get("database"), given.get("schema"), given.get("hook_params")
    if isinstance(params, dict):
        return database or params.get("database"), schema or params.get("schema")
    return database or None, schema or None


def _connection(operator: str, given: dict[str, object], is_loose: bool, node: ast.AST) -> object:
    is_common = _is_common_sql(operator)
    for name in ("conn_id",) if is_common else ("postgres_conn_id", "conn_id", "sql_conn_id"):
        if given.get(name) is not None:
            return given[name]
    others = [name for name in given if name.endswith("conn_id") and given[name] is not None]
    if len(others) == 1 and not is_common:
        return given[others[0]]
    if is_loose:
        return Unknown("**", "the call is given arguments that are known only when the DAG runs")
    if "Postgres" in operator:
        return "postgres_default"
    return _DEFAULTS.get(operator)


def _record_sql(machine: Machine, request: Request, texts: list[object]) -> None:
    for sql in texts:
        submit(machine, request.sending(sql, _resolution(request.node, sql)))


def _texts(callee: str, given: dict[str, object], is_loose: bool) -> list[object]:
    """What is SQL by the name of its argument."""
    texts = [value for name, value in given.items() if _names_sql(name) and _may_be_sql(value)]
    if not texts and (callee in _DEFAULTS or _is_common_sql(callee)):
        why = "the call is given arguments that are known only when the DAG runs" if is_loose else "the call has none"
        texts = [Unknown("sql", why)]
    return texts


# The same few names come again and again.
@lru_cache(4096)
def _is_common_sql(operator: str) -> bool:
    return _COMMON_SQL.match(operator) is not None


@lru_cache(4096)
def _names_sql(name: str) -> bool:
    return _SQL_NAME.search(name) is not None and _NOT_SQL.search(name) is None


def _may_be_sql(value: object) -> bool:
    if isinstance(value, (str, list, tuple, Unknown)):
        return True
    return hasattr(value, "values") and not isinstance(value, dict)


def _resolution(node: ast.AST, sql: object) -> Resolution:
    for keyword in node.keywords if isinstance(node, ast.Call) else ():
        if isinstance(value := keyword.value, ast.Constant) and value.value == sql:
            return Resolution.LITERAL
    return Resolution.COMPUTED


def _derived(compute: Callable[..., object]) -> Callable[[Machine, Request, dict[str, object]], None]:
    def handler(machine: Machine, request: Request, given: dict[str, object]) -> None:
        sql = compute(machine, given)
        submit(machine, replace(request, sql=sql, resolution=Resolution.DERIVED, loads_files=False))

    return handler


def _threshold(machine: Machine, request: Request, given: dict[str, object]) -> None:
    _record_sql(machine, request, _texts(request.callee, given, False))
    for name in ("min_threshold", "max_threshold"):
        if isinstance(given.get(name), str) and not re.fullmatch(r"[\s\d.eE+-]+", str(given[name])):
            submit(machine, replace(request, sql=given[name]))


def _insert_rows(machine: Machine, request: Request, given: dict[str, object]) -> None:
    request = replace(request, schema=None)
    _around(machine, request, given)
    table, schema = given.get("table_name"), given.get("schema")
    columns = given.get("columns")
    if columns is None:
        rows = given.get("rows")
        columns = list(rows[0]) if isinstance(rows, (list, tuple)) and rows and isinstance(rows[0], dict) else None
    if isinstance(columns, (list, tuple)) and isinstance(ignored := given.get("ignored_columns"), (list, tuple)):
        columns = [column for column in columns if column not in ignored]
    sql = insert(machine, f"{machine.text(schema)}.{machine.text(table)}" if schema else table, columns)
    submit(machine, replace(request, sql=sql, resolution=Resolution.DERIVED, loads_files=False))


def _around(machine: Machine, request: Request, given: dict[str, object]) -> None:
    for name in ("preoperator", "postoperator"):
        if given.get(name):
            submit(machine, replace(request, sql=given[name]))


def _transfer(machine: Machine, request: Request, given: dict[str, object]) -> None:
    submit(machine, replace(request, sql=given.get("sql"), conn_id=given.get("source_conn_id")))
    there = replace(request, conn_id=given.get("destination_conn_id"))
    if given.get("preoperator"):
        submit(machine, replace(there, sql=given["preoperator"]))
    options = given.get("insert_args")
    columns = options.get("target_fields") if isinstance(options, dict) else None
    sql = insert(machine, given.get("destination_table"), columns, options if isinstance(options, dict) else {})
    submit(machine, replace(there, sql=sql, resolution=Resolution.DERIVED, loads_files=False))


def _bulk_load(machine: Machine, given: dict[str, object]) -> object:
    return f"COPY {machine.text(given.get('table'))} FROM STDIN"


_HANDLERS: dict[str, Callable[[Machine, Request, dict[str, object]], None]] = {
    "SQLColumnCheckOperator": _derived(column_check),
    "SQLTableCheckOperator": _derived(table_check),
    "SQLIntervalCheckOperator": _derived(interval_checks),
    "SQLThresholdCheckOperator": _threshold,
    "SQLInsertRowsOperator": _insert_rows,
    "SQLBulkLoadOperator": _derived(_bulk_load),
    "GenericTransfer": _transfer,
}
