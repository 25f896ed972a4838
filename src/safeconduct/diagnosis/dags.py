"""--dags: the SQL in a folder of DAG files becomes what is asked of the connections that it goes to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from safeconduct.airflow.configuration import Configuration
from safeconduct.airflow.dags import IgnoreSyntax, read_dags
from safeconduct.airflow.option import Option
from safeconduct.diagnosis.rules import IN_DAGS
from safeconduct.model import Finding, Severity, Unjudged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from safeconduct.airflow.dags import DagSql, DagStatement, UnresolvedCall
    from safeconduct.model import Location
    from safeconduct.privileges import Asked

SUBJECT = "dags"
_NAME = re.compile(
    r"""(?P<name>(?:[\w.]*\b(?:Variable\.get|getenv|environ(?:\.get)?|conf)(?=[(\[])|[\w.]+\Z))
        (?:(?P<open>[(\[])\s*(?P<quote>['"])(?P<key>[\w.-]+)(?P=quote))?""",
    re.VERBOSE,
)
"""A name, or the key of what is read from Airflow's variables, the environment or a run's configuration."""


@dataclass(frozen=True)
class DagReading:
    """The conn_ids to walk, where they are used, what to ask for each of them, and what is to be said beside."""

    conn_ids: tuple[str, ...] = ()
    places: Mapping[str, tuple[Location, ...]] = field(default_factory=dict)
    asked: Mapping[str, tuple[Asked, ...]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    unjudged: tuple[Unjudged, ...] = ()

    def without_walks(self) -> DagReading:
        """The same where the connections to walk were named otherwise."""
        return replace(self, conn_ids=())


def read_dag_folder(folder: Path, environ: Mapping[str, str]) -> DagReading:
    """What the folder's DAGs ask for. A call that is not told, and a text that is no SQL, is unjudged with its place.

    `.airflowignore` is read as Airflow's configuration in this environment says. Nothing of the DAGs is imported or
    run.
    """
    syntax = _ignore_syntax(environ)
    found = read_dags(folder, ignore_syntax=syntax if isinstance(syntax, IgnoreSyntax) else None)
    asked: dict[str, list[Asked]] = {}
    unjudged = [*([syntax] if isinstance(syntax, Unjudged) else []), *_untold(found)]
    for statement in found.statements:
        place = _place(statement)
        if statement.conn_id is None:
            unjudged.append(Unjudged(SUBJECT, f"{place}: {statement.callee}: {statement.conn_reason}"))
            continue
        if elsewhere := statement.database or statement.schema:
            reason = f"{place}: {statement.callee} sends it to the database {elsewhere}, where it is not judged"
            unjudged.append(Unjudged(statement.conn_id, reason))
            continue
        for ask in _read(statement, place):
            if isinstance(ask, Unjudged):
                unjudged.append(ask)
            else:
                asked.setdefault(statement.conn_id, []).append(ask)
    conn_ids = dict.fromkeys(statement.conn_id for statement in found.statements if statement.conn_id)
    return DagReading(
        tuple(conn_ids),
        _places(found),
        {conn_id: tuple(asks) for conn_id, asks in asked.items()},
        (_counted(found),),
        tuple(dict.fromkeys(unjudged)),
    )


def _ignore_syntax(environ: Mapping[str, str]) -> IgnoreSyntax | Unjudged | None:
    """How `.airflowignore` is written; None where neither the configuration nor a version of Airflow tells.

    Source: find_path_from_directory in airflow/utils/file.py, which takes no other words, and an empty one for regexp.
    """
    configuration = Configuration.load(environ)
    if isinstance(configuration, Finding):
        return None  # a walk says so
    option = configuration.option("core", "dag_ignore_file_syntax")
    if not isinstance(option, Option) or (configuration.version is None and option.origin.startswith("default")):
        return None
    try:
        return IgnoreSyntax(option.reveal() or IgnoreSyntax.REGEXP)
    except ValueError:
        words = "glob nor regexp, so what .airflowignore names is passed over only where it is meant by both"
        return Unjudged(SUBJECT, f"[core] dag_ignore_file_syntax ({option.origin}) is neither {words}")


def _places(found: DagSql) -> dict[str, tuple[Location, ...]]:
    """Where each connection is used, whether what is sent over it could be told or not."""
    places: dict[str, dict[Location, None]] = {}
    calls: tuple[DagStatement | UnresolvedCall, ...] = (*found.statements, *found.unresolved)
    for call in calls:
        if call.conn_id is not None:
            places.setdefault(call.conn_id, {})[call.location] = None
    return {conn_id: tuple(sorted(some, key=lambda one: (one.file, one.line))) for conn_id, some in places.items()}


def _read(statement: DagStatement, place: str) -> Iterator[Asked | Unjudged]:
    from safeconduct.privileges import read_sql

    for text, file in zip(statement.sql, statement.files, strict=True):
        if file is None:
            name, ask = place, read_sql(text, statement.location)
        else:
            name, ask = f"{file.file} (sent by {place})", read_sql(text, file, statement.location, is_file=True)
        yield ask
        for one in ask.unreadable:
            yield Unjudged(statement.conn_id or SUBJECT, f"{name}: line {one.line}, column {one.column}: {one.why}")


def _untold(found: DagSql) -> Iterator[Unjudged]:
    if not found.files and not found.unread:
        yield Unjudged(SUBJECT, "there is no Python file in the folder")
    for call in found.unresolved:
        reason = f"{call.location.file}:{call.location.line}: {call.callee}: {call.reason}"
        named = _named(call)
        yield Unjudged(SUBJECT, f"{reason.rstrip('.')} ({named})." if named else reason)
    for file in found.unread:
        line = f":{file.location.line}" if file.location.line else ""
        yield Unjudged(SUBJECT, f"{file.location.file}{line}: {file.reason}")


def _named(call: UnresolvedCall) -> str:
    """The variable, parameter or key that is not known; "" where the reason has it, or there is no name to say.

    Other texts in the expression, such as defaults and arguments, are left out: they may be secrets.
    """
    found = _NAME.match(call.missing)
    if not found or call.missing == "sql":
        return ""
    opened, key = found["open"], found["key"]
    name = f"{found['name']}{opened}'{key}'{']' if opened == '[' else ')'}" if key else found["name"]
    return "" if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", call.reason) else name


def _place(statement: DagStatement) -> str:
    return f"{statement.location.file}:{statement.location.line}"


def _counted(found: DagSql) -> Finding:
    counts = {
        "files": found.files,
        "calls that send SQL": found.found,
        "told": len(found.statements),
        "not told": len(found.unresolved),
        "files not read": len(found.unread),
    }
    return IN_DAGS.finding(
        SUBJECT,
        f"{found.found} calls that send SQL were found in {found.files} file{'' if found.files == 1 else 's'};"
        f" {len(found.statements)} of them could be told",
        evidence={name: str(count) for name, count in counts.items()},
        severity=Severity.NOTE,
    )
