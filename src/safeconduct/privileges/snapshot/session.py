"""A session that answers this room's questions from a document, without any server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from safeconduct.postgres.session import SessionLost
from safeconduct.privileges.queries import statement
from safeconduct.privileges.snapshot.answers import Answers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from safeconduct.postgres.session import Row
    from safeconduct.privileges.snapshot.document import Document

_FILES = (
    "context relations functions views definitions policies things operators near in_schemas schemas memberships"
    " inventory_self inventory inventory_later leaning held objects prepared role_attributes"
).split()
"""The SQL files that it answers; a method of Answers has the name of each."""


class SnapshotSession:
    """A Session for everything that reads catalogs. It can run nothing."""

    parameters: Mapping[str, str] = {}

    def __init__(self, document: Document) -> None:
        self.role = document.role
        self.database = document.database
        self.server_version = document.server_version
        answers = Answers(document)
        self._answers: dict[str, Callable[..., Iterable[Row]]] = {
            statement(f"{name}.sql"): getattr(answers, name) for name in _FILES
        }
        self._answers[statement("held_parameters.sql")] = answers.held

    def query(self, sql: str, params: Sequence[str | None] = ()) -> list[Row]:
        """The rows that the server gave when the snapshot was taken. Raises SessionLost for any other question."""
        answer = self._answers.get(sql)
        if answer is None:
            raise SessionLost("a snapshot of the catalogs runs nothing: this takes the server")
        given: list[Any] = list(params)
        return list(answer(*given))

    def close(self) -> None:
        """There is nothing to close."""
