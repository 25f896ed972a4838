"""What was found so far, each once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from safeconduct.airflow.dags.found import DagStatement, UnresolvedCall


@dataclass
class Record:
    """Statements and unresolved calls, in order; `sites` are the calls met, as (file, line, column)."""

    statements: dict[tuple[object, ...], DagStatement] = field(default_factory=dict)
    unresolved: dict[tuple[object, ...], UnresolvedCall] = field(default_factory=dict)
    sites: set[tuple[str, int, int]] = field(default_factory=set)

    def add(self, found: DagStatement, column: int) -> None:
        """One more statement."""
        place = found.location
        key = (place.file, place.line, column, found.sql, found.conn_id, found.dag_id, found.task_id)
        self.statements.setdefault(key, found)

    def add_unresolved(self, found: UnresolvedCall, column: int) -> None:
        """One more call that could not be resolved."""
        place, call = found.location, (found.conn_id, found.dag_id, found.task_id)
        key = (place.file, place.line, column, found.reason, found.missing, *call)
        self.unresolved.setdefault(key, found)
