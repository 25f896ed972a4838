"""Hooks, and the connections, cursors and engines that they open: which of their methods send SQL.

Source: airflow/providers/common/sql/hooks/sql.py (common.sql 2.4), providers/postgres 7.1, psycopg2, psycopg 3,
SQLAlchemy.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from safeconduct.airflow.dags.derived import insert
from safeconduct.airflow.dags.found import Resolution
from safeconduct.airflow.dags.operators import jinja_context
from safeconduct.airflow.dags.requests import Request, submit
from safeconduct.airflow.dags.values import MISSING, Arguments, Either, External, Handle, Instance, Unknown, source_of

if TYPE_CHECKING:
    import ast

    from safeconduct.airflow.dags.machine import Machine
    from safeconduct.airflow.dags.scope import Scope

_SENDS = frozenset(
    "run get_records get_first get_pandas_df get_pandas_df_by_chunks get_polars_df get_df get_df_by_chunks "
    "copy_expert execute executemany exec_driver_sql scalar scalars copy fetch fetchval "
    "fetchrow fetch_all".split()
)
_DERIVED = frozenset("insert_rows upsert_rows bulk_load bulk_dump copy_from copy_to callproc".split())
_CERTAIN = frozenset(
    "get_records get_first get_pandas_df get_pandas_df_by_chunks get_df copy_expert executemany insert_rows "
    "bulk_load bulk_dump exec_driver_sql".split()
)
_OPENS = {
    **dict.fromkeys("get_conn connect begin raw_connection connection acquire".split(), "connection"),
    **dict.fromkeys("cursor get_cursor".split(), "cursor"),
    "get_sqlalchemy_engine": "engine",
}
_ITSELF = frozenset("__enter__ execution_options".split())
_DATABASE_HOOKS = re.compile(
    r"Postgres|Redshift|Sql|SQL|DbApi|Jdbc|Odbc|Oracle|Snowflake|Trino|Presto|Vertica|Hive|Impala|Exasol|Database"
    r"|ClickHouse|Clickhouse|DuckDB|Druid|Greenplum|Teradata"
)
_LOOKS_LIKE_SQL = re.compile(
    r"\s*(?:--[^\n]*\n\s*|/\*.*?\*/\s*)*\(*(?:select|insert|update|delete|with|create|drop|alter|truncate|grant|revoke|copy"
    r"|merge|call|do|vacuum|analyze|refresh|set|begin|lock|explain|comment|reindex|values)\b",
    re.I | re.S,
)
_LOOKS_LIKE_HANDLE = re.compile(r"hook|curs|\bcur\b|conn|engine|session|\bdb\b|\bpg\b|postgres|_db\b|_cur\b", re.I)


def make_hook(name: str, arguments: Arguments, node: ast.AST) -> Handle:
    """The hook that a call of its class makes."""
    keywords = arguments.keywords
    names = [one for one in keywords if one.endswith("conn_id")]
    named = next((keywords[one] for one in ("postgres_conn_id", "conn_id", *names) if one in keywords), None)
    conn_id = arguments.positional[0] if arguments.positional else named
    if conn_id is None:
        conn_id = _default_connection(name, arguments, node)
    return Handle("hook", name, conn_id, keywords.get("database"), keywords.get("schema"))


def _default_connection(name: str, arguments: Arguments, node: ast.AST) -> object:
    if arguments.is_loose:
        return Unknown(node, "the hook is given arguments that are known only when the DAG runs")
    if name == "PostgresHook":
        return "postgres_default"
    return Unknown(node, f"the call names none, and the default of {name} is not known")


def hook_of_instance(instance: Instance, of_operator: bool = False) -> Handle | None:
    """The hook that an object of a class of the folder is; or the one of a SQL operator."""
    cls = instance.cls
    if not cls.external.endswith("Hook") and not of_operator:
        return None
    given = {**instance.base_arguments, **instance.attributes}
    attribute = cls.find("conn_name_attr")
    names = [attribute] if isinstance(attribute, str) else ["postgres_conn_id", "conn_id"]
    names += [one for one in given if one.endswith("conn_id")]
    conn_id = next((given[one] for one in names if given.get(one) is not None), None)
    if conn_id is None:
        default = cls.find("default_conn_name")
        conn_id = default if default is not MISSING else ("postgres_default" if "Postgres" in cls.external else None)
    return Handle("hook", cls.name, conn_id, given.get("database"), given.get("schema"))


def hook_method(
    machine: Machine, hook: Handle, name: str, arguments: Arguments, node: ast.Call, scope: Scope
) -> object:
    """A method of a hook, a connection, a cursor or an engine."""
    if hook.kind == "airflow":
        return _of_airflow_connection(hook, name, node)
    if name in _OPENS:
        return Handle(_OPENS[name], hook.name, hook.conn_id, hook.database, hook.schema)
    if name in _SENDS and _is_database(hook, name, arguments):
        _send(machine, hook, name, arguments, node, scope)
        return Handle("cursor", hook.name, hook.conn_id) if name in {"execute", "copy"} else _rows(node)
    if name in _DERIVED and _is_database(hook, name, arguments):
        _derive(machine, hook, name, arguments, node, scope)
        return _rows(node)
    return hook if name in _ITSELF else Unknown(node, "it is known only when the DAG runs", hook.conn_id)


def _rows(node: ast.AST) -> Unknown:
    return Unknown(node, "it is the result of a query")


def _is_database(hook: Handle, name: str, arguments: Arguments) -> bool:
    """A hook of another kind has a `run` too, which takes no SQL."""
    if hook.kind != "hook" or name in _CERTAIN or _DATABASE_HOOKS.search(hook.name):
        return True
    first = arguments.get(0, "sql")
    return isinstance(first, str) and _LOOKS_LIKE_SQL.match(first) is not None


def _of_airflow_connection(hook: Handle, name: str, node: ast.AST) -> object:
    if name == "get_hook":
        return Handle("hook", "DbApiHook", hook.conn_id)
    return Unknown(node, f"it is a field of the connection {hook.conn_id}", hook.conn_id)


def _request(
    machine: Machine, hook: Handle, name: str, sql: object, node: ast.AST, scope: Scope, parameters: object
) -> Request:
    task = machine.tasks[-1] if machine.tasks else (machine.dags[-1].dag_id if machine.dags else None, None)
    written = getattr(node, "args", [])[:1]
    literal = bool(written) and getattr(written[0], "value", None) == sql
    return Request(
        node,
        scope,
        f"{hook.name if hook.kind == 'hook' else hook.kind}.{name}",
        sql,
        hook.conn_id if hook.conn_id is not None else Unknown(hook.name, "it is given none"),
        parameters,
        hook.database,
        hook.schema,
        Resolution.LITERAL if literal else Resolution.COMPUTED,
        task=task,
        context=jinja_context(machine, {}),
    )


def _send(machine: Machine, hook: Handle, name: str, arguments: Arguments, node: ast.Call, scope: Scope) -> None:
    sql = arguments.get(0, "sql", "query", "statement", "operation", "hql")
    if sql is None:
        sql = Unknown("sql", "the call is given arguments that are known only when the DAG runs")
    place = 2 if name == "run" else 1
    parameters = None if name == "copy_expert" else arguments.get(place, "parameters", "vars", "params")
    submit(machine, _request(machine, hook, name, sql, node, scope, parameters))


def _derive(machine: Machine, hook: Handle, name: str, arguments: Arguments, node: ast.Call, scope: Scope) -> None:
    parameters = () if name in {"insert_rows", "upsert_rows", "callproc"} else None
    request = _request(machine, hook, name, _derived(machine, name, arguments), node, scope, parameters)
    submit(machine, replace(request, resolution=Resolution.DERIVED))


def _derived(machine: Machine, name: str, arguments: Arguments) -> object:
    place = 1 if name in {"copy_from", "copy_to"} else 0
    table = arguments.get(place, "table", "procname")
    if table is None:
        return Unknown("table", "the call names no table")
    if name in {"insert_rows", "upsert_rows"}:
        return insert(machine, table, arguments.get(2, "target_fields"), arguments.keywords)
    if name == "callproc":
        given = arguments.get(1, "parameters")
        count = len(given) if isinstance(given, (list, tuple)) else 0
        return f"SELECT * FROM {machine.text(table)}({', '.join(['%s'] * count)})"
    columns = arguments.get(-1, "columns")
    listed = f" ({', '.join(map(machine.text, columns))})" if isinstance(columns, (list, tuple)) else ""
    way = "FROM STDIN" if name in {"bulk_load", "copy_from"} else "TO STDOUT"
    return f"COPY {machine.text(table)}{listed} {way}"


def doubtful_method(
    machine: Machine, receiver: object, name: str, arguments: Arguments, node: ast.Call, scope: Scope
) -> object:
    """A method of what is unknown, which sends SQL if its name or its argument says so."""
    if name == "to_sql":
        return _to_sql(machine, arguments, node, scope)
    if (name in _SENDS or name in _DERIVED) and _may_send(receiver, name, arguments, node):
        hook = doubtful_handle(receiver, node)
        (_send if name in _SENDS else _derive)(machine, hook, name, arguments, node, scope)
        return Unknown(node, "it is the result of a query", hook.conn_id)
    conn_id = receiver.conn_id if isinstance(receiver, Unknown) else None
    why = receiver.why if isinstance(receiver, Unknown) else "it is known only when the DAG runs"
    return Unknown(node, why, conn_id)


def _to_sql(machine: Machine, arguments: Arguments, node: ast.Call, scope: Scope) -> object:
    """pandas writes a data frame: what it sends depends on the frame and on the table that it finds."""
    con = arguments.get(1, "con")
    hook = con if isinstance(con, Handle) else doubtful_handle(con, node)
    table = machine.text(arguments.get(0, "name", default="the table"))
    why = f"pandas makes and fills the table {table} with the columns of a data frame" if table.isascii() else _FRAME
    submit(machine, replace(_request(machine, hook, "to_sql", Unknown(node, why), node, scope, None), callee="to_sql"))
    return None


_FRAME = "pandas makes and fills a table with the columns of a data frame"


def doubtful_handle(receiver: object, node: ast.Call) -> Handle:
    """The handle that the unknown value must be."""
    called = getattr(node.func, "value", node.func)
    source, why = source_of(called), getattr(receiver, "why", "what it connects to is not told in the folder")
    conn_id = receiver.conn_id if isinstance(receiver, Unknown) and receiver.conn_id is not None else None
    return Handle("cursor", source, conn_id if conn_id is not None else Unknown(source, str(why)))


def _may_send(receiver: object, name: str, arguments: Arguments, node: ast.Call) -> bool:
    first = arguments.get(0, "sql", "query", "statement")
    for text in first.values if isinstance(first, Either) else (first,):
        if isinstance(text, str) and _LOOKS_LIKE_SQL.match(text):
            return True
    if name in _CERTAIN:
        return True
    source = source_of(getattr(node.func, "value", node.func))
    if isinstance(first, Unknown) and first.what == "context":  # the `execute` of an operator
        return False
    plausible = isinstance(first, (str, list, Unknown, Either)) and not isinstance(receiver, (External, str))
    return plausible and name != "copy" and _LOOKS_LIKE_HANDLE.search(source) is not None
