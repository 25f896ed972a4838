"""--dags: the SQL in a folder of DAG files becomes what is asked of the connections that it goes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from safeconduct.airflow.dags import read_dags
from safeconduct.diagnosis.rules import IN_DAGS
from safeconduct.model import Finding, Severity, Unjudged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from safeconduct.airflow.dags import DagSql, DagStatement
    from safeconduct.privileges import Asked

SUBJECT = "dags"


@dataclass(frozen=True)
class DagReading:
    """The conn_ids to walk, what to ask for each of them, and what is to be said beside."""

    conn_ids: tuple[str, ...] = ()
    asked: Mapping[str, tuple[Asked, ...]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    unjudged: tuple[Unjudged, ...] = ()


def read_dag_folder(folder: Path) -> DagReading:
    """What the folder's DAGs ask for. A call that is not told, and a text that is no SQL, is unjudged with its place.

    Nothing of the DAGs is imported or run.
    """
    found = read_dags(folder)
    asked: dict[str, list[Asked]] = {}
    unjudged = list(_untold(found))
    for statement in sorted(found.statements, key=lambda one: (one.location.file, one.location.line)):
        place = _place(statement)
        if statement.conn_id is None:
            unjudged.append(Unjudged(SUBJECT, f"{place}: {statement.callee}: {statement.conn_reason}"))
            continue
        for ask in _read(statement, place):
            if isinstance(ask, Unjudged):
                unjudged.append(ask)
            else:
                asked.setdefault(statement.conn_id, []).append(ask)
    conn_ids = dict.fromkeys(statement.conn_id for statement in found.statements if statement.conn_id)
    return DagReading(
        tuple(conn_ids),
        {conn_id: tuple(asks) for conn_id, asks in asked.items()},
        (_counted(found),),
        tuple(dict.fromkeys(unjudged)),
    )


def _read(statement: DagStatement, place: str) -> Iterator[Asked | Unjudged]:
    from safeconduct.privileges import WrongText, parse_sql

    for text in statement.sql:
        try:
            yield parse_sql(text, place, statement.location)
        except WrongText as error:
            yield Unjudged(statement.conn_id or SUBJECT, str(error))


def _untold(found: DagSql) -> Iterator[Unjudged]:
    for call in found.unresolved:
        yield Unjudged(SUBJECT, f"{call.location.file}:{call.location.line}: {call.callee}: {call.reason}")
    for file in found.unread:
        line = f":{file.location.line}" if file.location.line else ""
        yield Unjudged(SUBJECT, f"{file.location.file}{line}: {file.reason}")


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
        f"{found.found} calls in {found.files} files send SQL, and {len(found.statements)} of them could be told",
        evidence={name: str(count) for name, count in counts.items()},
        severity=Severity.NOTE,
    )
