"""--log: the PostgreSQL failures in a task's log become walks of the connections that they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from safeconduct.airflow.task_log import FailureKind, LogUnreadable, find_failures
from safeconduct.diagnosis.rules import IN_LOG
from safeconduct.model import Finding, Location, Severity, Unjudged
from safeconduct.secrets import Found, all_connections

if TYPE_CHECKING:
    from pathlib import Path

    from safeconduct.airflow.task_log import TaskFailure
    from safeconduct.diagnosis.sources import Sources
    from safeconduct.model import Connection
    from safeconduct.privileges import Asked


@dataclass(frozen=True)
class LogReading:
    """The conn_ids to walk, what to ask for each of them, and what is to be said beside."""

    conn_ids: tuple[str, ...] = ()
    asked: Mapping[str, tuple[Asked, ...]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    unjudged: tuple[Unjudged, ...] = ()

    @property
    def places(self) -> Mapping[str, tuple[Location, ...]]:
        """Nowhere: a log tells of its own lines in `findings`."""
        return {}


def read_task_log(path: Path, sources: Sources) -> LogReading:
    """What the log tells. A failure whose connection cannot be told is unjudged, with what is known of it."""
    try:
        failures = find_failures(path)
    except LogUnreadable as error:
        return LogReading(unjudged=(Unjudged(str(path), str(error)),))
    if not failures:
        return LogReading(unjudged=(Unjudged(str(path), "there is no failure of PostgreSQL in it"),))
    reading = LogReading()
    for failure in failures:
        reading = _with(reading, failure, path, sources)
    return reading


def _with(reading: LogReading, failure: TaskFailure, path: Path, sources: Sources) -> LogReading:
    conn_ids = failure.conn_ids[:1] or _alike(failure, sources)
    if len(conn_ids) != 1:
        return replace(reading, unjudged=(*reading.unjudged, _nobodys(failure, path, conn_ids)))
    (conn_id,) = conn_ids
    asked, reason = _asked(failure, conn_id)
    unjudged = (Unjudged(conn_id, reason),) if reason else ()
    return LogReading(
        tuple(dict.fromkeys((*reading.conn_ids, conn_id))),
        {**reading.asked, conn_id: (*reading.asked.get(conn_id, ()), *asked)},
        (*reading.findings, _note(failure, path, conn_id)),
        (*reading.unjudged, *unjudged),
    )


def _note(failure: TaskFailure, path: Path, conn_id: str) -> Finding:
    evidence = {"sqlstate": failure.sqlstate, "exception": failure.exception}
    finding = IN_LOG.finding(
        conn_id,
        f"{path.name} line {failure.line} says: {failure.message}",
        evidence={name: value for name, value in evidence.items() if value},
        severity=Severity.NOTE,
    )
    return replace(finding, location=Location(str(path), failure.line))


def _nobodys(failure: TaskFailure, path: Path, candidates: tuple[str, ...]) -> Unjudged:
    which = f"; {', '.join(candidates)} would fit" if candidates else ", nor does any lead where it tells"
    reason = f"line {failure.line} says: {failure.message}; which connection that was the log does not tell{which}"
    return Unjudged(str(path), reason)


def _alike(failure: TaskFailure, sources: Sources) -> tuple[str, ...]:
    """The connections that lead where the failure was, as far as the log tells where that is."""
    told = {"login": failure.user, "schema": failure.database, "host": failure.host, "port": failure.port}
    if not failure.host and not failure.user:
        return ()
    return tuple(
        conn_id
        for conn_id, answer in all_connections(sources.backends)
        if isinstance(answer, Found) and answer.connection.is_postgres and _fits(answer.connection, told)
    )


def _fits(connection: Connection, told: Mapping[str, str | int | None]) -> bool:
    return all(
        value is None or getattr(connection, name) in (value, None, "") for name, value in told.items()
    ) and bool(connection.host)


def _asked(failure: TaskFailure, conn_id: str) -> tuple[tuple[Asked, ...], str]:
    """What the refused statement asks for, and why that could not be read."""
    if failure.kind is not FailureKind.STATEMENT_REFUSED:
        return (), ""
    if failure.statement is None:
        return (), f"a statement was refused ({failure.message}), and the log does not have its text"
    from safeconduct.privileges import WrongText, parse_sql

    try:
        return (parse_sql(failure.statement),), ""
    except WrongText as error:
        return (), f"the refused statement in the log cannot be read: {error}"
