"""A call that sends SQL, on its way into the record: templates rendered, holes filled, or the reason why not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

from safeconduct.airflow.dags.budget import MOST_ALTERNATIVES, MOST_FOUND, Spent
from safeconduct.airflow.dags.found import DagStatement, ParametersKind, Resolution, UnresolvedCall
from safeconduct.airflow.dags.holes import has_holes
from safeconduct.airflow.dags.jinja import NO_CONTEXT, JinjaContext
from safeconduct.airflow.dags.places import fill
from safeconduct.airflow.dags.template_files import load_template
from safeconduct.airflow.dags.templates import render
from safeconduct.airflow.dags.values import Either, Unknown, alternatives, either, source_of
from safeconduct.model import Location

if TYPE_CHECKING:
    import ast

    from safeconduct.airflow.dags.machine import Machine
    from safeconduct.airflow.dags.scope import Scope


@dataclass(eq=False, slots=True)
class Request:
    """What a call is about to send, as far as its arguments are known."""

    node: ast.AST
    scope: Scope
    callee: str
    sql: object
    conn_id: object
    parameters: object = None
    database: object = None
    schema: object = None
    resolution: Resolution = Resolution.COMPUTED
    loads_files: bool = False
    task: tuple[str | None, str | None] = (None, None)
    context: JinjaContext = NO_CONTEXT

    def sending(self, sql: object, resolution: Resolution) -> Request:
        """The same with this SQL. What `replace` does takes ten times as long."""
        overrides = (self.parameters, self.database, self.schema)
        rest = (self.loads_files, self.task, self.context)
        return Request(self.node, self.scope, self.callee, sql, self.conn_id, *overrides, resolution, *rest)


_NO_FILE: tuple[Location | None, ...] = (None,)


class _Unresolved(Exception):
    """The request cannot be resolved, for this reason."""

    def __init__(self, reason: str, missing: str) -> None:
        super().__init__(reason)
        self.reason, self.missing = reason, missing


def submit(machine: Machine, request: Request) -> None:
    """Record the request, once for each of its alternatives."""
    machine.record.sites.add(site_of(request.scope.module.path, request.node))
    if len(machine.record.statements) + len(machine.record.unresolved) > MOST_FOUND:
        _unresolved(machine, request, "The folder sends more statements than are looked at.", "sql")
        return
    for one in _each(request):
        try:
            _submit_one(machine, one)
        except Spent:
            _unresolved(machine, request, "The SQL takes more work than one file may.", "sql")
            raise
        except RecursionError:
            _unresolved(machine, request, "The template nests too deeply.", "sql")


def site_of(path: str, node: ast.AST) -> tuple[str, int, int]:
    """What tells one call in the folder from another."""
    return path, getattr(node, "lineno", 0), getattr(node, "col_offset", 0)


def _each(request: Request) -> list[Request]:
    """The request for each of its alternatives, which is nearly always itself."""
    sql, conn_id = _flat(request.sql), request.conn_id
    if sql is request.sql and not isinstance(sql, Either) and not isinstance(conn_id, Either):
        return [request]
    return [
        replace(request, sql=one, conn_id=other)
        for one, other in product(alternatives(sql), alternatives(conn_id))
        if one is not None or not isinstance(request.sql, Either)
    ]


def _flat(sql: object) -> object:
    """A list with elements that are one of several, as one of several lists."""
    if not isinstance(sql, (list, tuple)) or not any(isinstance(one, Either) for one in sql):
        return sql
    size = 1
    for one in sql:
        size *= len(alternatives(one))
        if size > MOST_ALTERNATIVES:
            return Unknown("sql", "it depends on too many conditions that are decided when the DAG runs")
    return either([list(one) for one in product(*map(alternatives, sql))], MOST_ALTERNATIVES)


def _submit_one(machine: Machine, request: Request) -> None:
    sql = request.sql
    if type(sql) is str and "{" not in sql and not _is_file(request, sql) and not sql.isspace() and sql:
        _record(machine, request, (sql,), _NO_FILE)
        return
    try:
        texts, files = _texts(machine, request)
        rendered = [_rendered(machine, text, request) if "{" in text else [text] for text in texts]
    except _Unresolved as error:
        _unresolved(machine, request, error.reason, error.missing)
        return
    if len(rendered) == 1 and len(rendered[0]) == 1:
        _record(machine, request, (rendered[0][0],), files)
        return
    if not 0 < _count(rendered) <= MOST_ALTERNATIVES:
        _unresolved(machine, request, "the template has too many conditions that are decided when the DAG runs", "sql")
        return
    for combination in product(*rendered):
        _record(machine, request, combination, files)


def _count(rendered: list[list[str]]) -> int:
    size = 1
    for one in rendered:
        size = min(size * len(one), MOST_ALTERNATIVES + 1)
    return size


def _texts(machine: Machine, request: Request) -> tuple[list[str], tuple[Location | None, ...]]:
    """The texts, and the file that each was read from if it was one: its path and its last line."""
    texts, files = list[str](), list[Location | None]()
    for one in request.sql if isinstance(request.sql, (list, tuple)) else [request.sql]:
        if isinstance(one, Unknown):
            raise _Unresolved(f"The SQL cannot be told: {one.why}.", one.what or "sql")
        if not isinstance(one, str):
            raise _Unresolved("The SQL cannot be told: it is no text that the source tells.", _source(request))
        file = None
        if _is_file(request, one):
            loaded = load_template(machine, one.strip(), request.context)
            if isinstance(loaded, Unknown):
                raise _Unresolved(f"The template cannot be read: {loaded.why}.", loaded.what)
            one, file = loaded[0], Location(loaded[1], loaded[0].rstrip("\n").count("\n") + 1)
        texts.append(one)
        files.append(file)
    if not "".join(texts).strip():
        raise _Unresolved("The SQL is empty.", _source(request))
    return texts, tuple(files)


def _is_file(request: Request, sql: str) -> bool:
    if not request.loads_files:
        return False
    name = sql.strip()
    return name.endswith((".sql", ".hql")) and "\n" not in name


def _source(request: Request) -> str:
    return source_of(request.node)


def _rendered(machine: Machine, text: str, request: Request) -> list[str]:
    rendered = render(machine, text, request.context)
    if isinstance(rendered, Unknown):
        raise _Unresolved(f"The template cannot be rendered: {rendered.why}.", rendered.what)
    return rendered


def _record(machine: Machine, request: Request, texts: tuple[str, ...], files: tuple[Location | None, ...]) -> None:
    sql, assumptions = list[str](), list[str]()
    for text in texts:
        if text.isascii():
            sql.append(text)
            continue
        one = fill(text, machine.holes)
        if one.hole is not None:
            reason = f"A part of the SQL cannot be told, and {one.reason}: {one.hole.why}."
            _unresolved(machine, request, reason, one.hole.what)
            return
        sql.append(one.text)
        assumptions += one.assumptions
    conn_id, conn_reason, assumed = connection(machine, request.conn_id, request.context)
    database = request.database if request.database is None else _override(machine, request.database)
    schema = request.schema if request.schema is None else _override(machine, request.schema)
    assumptions += assumed
    found = DagStatement(
        tuple(sql),
        conn_id,
        conn_reason,
        _location(request),
        request.callee,
        *request.task,
        _kind(request.parameters),
        request.resolution if files is _NO_FILE or not any(files) else Resolution.FILE,
        database,
        schema,
        files,
        tuple(dict.fromkeys(assumptions)) if assumptions else (),
    )
    machine.record.add(found, getattr(request.node, "col_offset", 0))


def _override(machine: Machine, value: object) -> str | None:
    if not isinstance(value, str):
        return None
    return fill(value, machine.holes).text or None


def connection(machine: Machine, value: object, context: JinjaContext) -> tuple[str | None, str | None, list[str]]:
    """The conn_id, or the reason why it is unknown; and what was assumed."""
    if isinstance(value, str) and value:
        if "{" not in value and value.isascii():
            return value, None, []
        rendered = render(machine, value, context)
        if isinstance(rendered, list) and len(rendered) == 1:
            return _filled_connection(machine, rendered[0])
        return None, "The connection id is a template whose outcome is decided when the DAG runs.", []
    if isinstance(value, Unknown):
        return None, f"The connection id cannot be told from {value.what or 'the call'}: {value.why}.", []
    return None, "The call names no connection, and neither do the DAG's default arguments.", []


def _filled_connection(machine: Machine, text: str) -> tuple[str | None, str | None, list[str]]:
    holes = [hole for hole in machine.holes.within(text) if hole.default is None]
    if not holes:
        filled = fill(text, machine.holes)
        return filled.text, None, filled.assumptions
    return None, f"The connection id cannot be told from {holes[0].what}: {holes[0].why}.", []


def _kind(value: object) -> ParametersKind:
    if value is None:
        return ParametersKind.NONE
    if isinstance(value, dict):
        return ParametersKind.MAPPING
    if isinstance(value, (list, tuple)):
        return ParametersKind.SEQUENCE
    return ParametersKind.UNKNOWN


def _location(request: Request) -> Location:
    return Location(request.scope.module.path, getattr(request.node, "lineno", 0))


def _unresolved(machine: Machine, request: Request, reason: str, missing: str) -> None:
    conn_id = connection(machine, request.conn_id, request.context)[0]
    missing = "".join(sign if not has_holes(sign) else "…" for sign in missing)
    found = UnresolvedCall(_location(request), request.callee, reason, missing, *request.task, conn_id)
    machine.record.add_unresolved(found, getattr(request.node, "col_offset", 0))
