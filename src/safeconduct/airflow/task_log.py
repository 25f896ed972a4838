"""An Airflow task's log, and the failures in it that have to do with PostgreSQL.

for failure in find_failures(Path("attempt=1.log")): print(failure.conn_ids, failure.kind, failure.message)
"""

from __future__ import annotations

import io
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from safeconduct.airflow.task_log_context import Context
from safeconduct.airflow.task_log_errors import Raised, failures_of
from safeconduct.airflow.task_log_failure import FailureKind, TaskFailure
from safeconduct.airflow.task_log_lines import Line, read_lines
from safeconduct.airflow.task_log_traceback import TracebackReader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

__all__ = ["FailureKind", "LogUnreadable", "TaskFailure", "find_failures"]

_MOST = 1000  # distinct failures; a log that has more repeats itself


class LogUnreadable(Exception):
    """The file could not be read; the text says which, why, and what to do."""


def find_failures(log: str | Path) -> tuple[TaskFailure, ...]:
    """The failures in a task's log, given as its text or as a file, in the order in which they came; each once.

    Read are logs of Airflow 2.7 to 3.x: lines of text, JSON lines, what `airflow tasks test` prints, with colours and
    with what containers and remote storage put around them. A log without such a failure gives an empty tuple. Takes
    constant memory. Raises LogUnreadable.
    """
    found: dict[object, TaskFailure] = {}
    with _opened(log) as stream:
        for failure in _failures(read_lines(stream)):
            key = failure.key
            if key in found:
                found[key] = _merged(found[key], failure)
            elif len(found) < _MOST:
                found[key] = failure
    return tuple(found.values())


def _failures(lines: Iterable[Line]) -> Iterator[TaskFailure]:
    context, reader = Context(), TracebackReader()
    for line in lines:
        for raised in reader.take(line):
            yield from _explained(raised, context)
        context.take(line)
    for raised in reader.rest():
        yield from _explained(raised, context)


def _explained(raised: Raised, context: Context) -> Iterator[TaskFailure]:
    for failure in failures_of(raised):
        yield context.added_to(failure)


def _merged(one: TaskFailure, other: TaskFailure) -> TaskFailure:
    """The same failure, told twice: by the driver and by SQLAlchemy, or by the task and by Airflow."""
    return replace(
        one,
        exception=one.exception or other.exception,
        sqlstate=one.sqlstate or other.sqlstate,
        statement=other.statement if other.is_exact else one.statement,
        is_exact=one.is_exact or other.is_exact,
        conn_ids=tuple(dict.fromkeys((*one.conn_ids, *other.conn_ids))),
    )


@contextmanager
def _opened(log: str | Path) -> Iterator[BinaryIO]:
    if isinstance(log, str):
        yield io.BytesIO(log.encode("utf-8", "replace"))
        return
    try:
        if log.exists() and not log.is_file():
            raise LogUnreadable(f"{log} is no plain file; name the file of one attempt, such as attempt=1.log")
        with log.open("rb") as file:
            yield file
    except OSError as error:
        raise LogUnreadable(f"{log} cannot be read ({error.strerror or type(error).__name__}).") from error
