"""Ways to a database that go past the hooks' own methods: pandas, drivers, SQLAlchemy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.airflow.dags.hooks import hook_method
from safeconduct.airflow.dags.requests import Request, submit
from safeconduct.airflow.dags.values import Arguments, External, Handle, Unknown

if TYPE_CHECKING:
    import ast

    from safeconduct.airflow.dags.machine import Machine
    from safeconduct.airflow.dags.scope import Scope

_READS = frozenset("read_sql read_sql_query read_sql_table read_database".split())
_BATCHES = frozenset("execute_values execute_batch".split())
_OPENS = frozenset(
    "psycopg2.connect psycopg.connect psycopg.Connection.connect sqlalchemy.create_engine asyncpg.connect "
    "sqlalchemy.engine.create_engine pg8000.connect psycopg2.pool.SimpleConnectionPool".split()
)
_SESSIONS = frozenset("Session sessionmaker scoped_session create_session".split())


def opens_database(callee: External) -> bool:
    """Whether it is one of these."""
    last = callee.last
    if last in _READS or last in _BATCHES or callee.name in _OPENS:
        return True
    return last in _SESSIONS and callee.name.startswith(("sqlalchemy", "airflow"))


def call_database(callee: External, machine: Machine, arguments: Arguments, node: ast.Call, scope: Scope) -> object:
    """What a call of one of these gives."""
    last = callee.last
    if last in _READS:
        return _read(machine, last, arguments, node, scope)
    if last in _BATCHES:
        handle = as_handle(arguments.get(0, "cur"), node, "cur")
        rest = Arguments(arguments.positional[1:], arguments.keywords)
        return hook_method(machine, handle, "execute", rest, node, scope)
    if callee.name in _OPENS:
        return _opened(machine, callee, arguments, node)
    return as_handle(arguments.get(0, "bind"), node, "bind")


def as_handle(value: object, node: ast.AST, name: str) -> Handle:
    """The value as a way to the database."""
    if isinstance(value, Handle):
        return value
    if isinstance(value, Unknown):
        return Handle("cursor", value.what or name, value.conn_id if value.conn_id is not None else value)
    return Handle("cursor", name, Unknown(name, "what it connects to is not told in the folder"))


def _read(machine: Machine, name: str, arguments: Arguments, node: ast.Call, scope: Scope) -> object:
    handle = as_handle(arguments.get(1, "con", "connection"), node, "con")
    sql = arguments.get(0, "sql", "table_name", "query")
    if name == "read_sql_table" and sql is not None:
        schema = arguments.get(2, "schema")
        sql = f"SELECT * FROM {machine.text(schema) + '.' if schema else ''}{machine.text(sql)}"
    task = machine.tasks[-1] if machine.tasks else (machine.dags[-1].dag_id if machine.dags else None, None)
    parameters = arguments.get(-1, "params")
    submit(machine, Request(node, scope, name, sql, handle.conn_id, parameters, handle.database, task=task))
    return Unknown(node, "it is the result of a query")


def _opened(machine: Machine, callee: External, arguments: Arguments, node: ast.Call) -> Handle:
    """A connection that a driver opens: of an Airflow connection if its fields are what is given."""
    given = [*arguments.positional, *arguments.keywords.values()]
    conn_ids = [one.conn_id for one in given if isinstance(one, Unknown) and one.conn_id is not None]
    conn_ids += [
        hole.conn_id
        for one in given
        if isinstance(one, str)
        for hole in machine.holes.within(one)
        if hole.conn_id is not None
    ]
    why = f"{callee.last} opens it with parameters of its own, not with an Airflow connection"
    kind = "engine" if callee.last == "create_engine" else "connection"
    return Handle(kind, callee.name, conn_ids[0] if conn_ids else Unknown(node, why))
