"""What a task's log says before a failure: which connections are in use, and which SQL is run."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from safeconduct.airflow.task_log_failure import FailureKind
from safeconduct.airflow.task_log_statement import LONGEST, begins_statement, logged_statement

if TYPE_CHECKING:
    from safeconduct.airflow.task_log_failure import TaskFailure
    from safeconduct.airflow.task_log_lines import Line

# BaseHook of Airflow 2 and 3, the operators, and what people print themselves.
_CONN_ID = re.compile(
    r"(?:Using connection ID '(?P<used>[^']+)' for task execution|Retrieving connection '(?P<retrieved>[^']+)'|"
    r"Connection Retrieved '(?P<got>[^']+)'|Using connection to: id: (?P<old>[\w.-]+?)\. |"
    r"\b(?:postgres_)?conn_id=(?P<quote>['\"]?)(?P<given>[\w.:@-]{1,250})(?P=quote)|"
    # Source lines of a traceback: Airflow 3 logs no word when it looks a connection up.
    r"\b(?:PostgresHook|get_connection)\(['\"](?P<coded>[\w.:@-]{1,250})['\"])"
)
_MOST = 20


class Context:
    """Takes the lines of a log in turn and remembers what a failure may have to do with."""

    def __init__(self) -> None:
        self._conn_ids: list[str] = []
        self._statement: list[str] = []
        self._size = 0
        self._is_open = False

    def take(self, line: Line) -> None:
        """One more line."""
        hinted = "onn" in line.text or "Hook(" in line.text
        for found in _CONN_ID.finditer(line.text[:LONGEST]) if hinted else ():
            names = found.group("used", "retrieved", "got", "old", "given", "coded")
            self._use(next(name for name in names if name))
        if line.begins:
            self._is_open = begins_statement(line.text)
            if self._is_open:
                self._statement, self._size = [], 0
        if self._is_open and self._size < LONGEST:  # SQL goes over several lines
            self._statement.append(line.text[:LONGEST])
            self._size += len(line.text)

    def added_to(self, failure: TaskFailure) -> TaskFailure:
        """The failure with what is known of its surroundings."""
        failure = replace(failure, conn_ids=tuple(self._conn_ids))
        if failure.statement or failure.kind is not FailureKind.STATEMENT_REFUSED:
            return failure
        return replace(failure, statement=logged_statement("\n".join(self._statement)))

    def _use(self, conn_id: str) -> None:
        """The nearest comes first. Airflow masks passwords even inside names, and such a name is none."""
        if "***" in conn_id:
            return
        self._conn_ids = [conn_id, *(other for other in self._conn_ids if other != conn_id)][:_MOST]
