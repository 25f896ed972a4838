"""Connections in the metadata database, opened with the Fernet keys."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from safeconduct.airflow.metadata import SUBJECT
from safeconduct.airflow.metadata_rows import ConnectionRow
from safeconduct.airflow.rules import ROW_NOT_TEXT
from safeconduct.model import Connection, Finding, Remedy, RemedyKind, Secret, Unjudged
from safeconduct.secrets.column import open_column
from safeconduct.secrets.interface import Answer, ConnectionBackend, Found, FoundVariable, credential_words
from safeconduct.secrets.keyring import Opened
from safeconduct.secrets.sparing import spared
from safeconduct.secrets.variables import opened_variable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from safeconduct.airflow.metadata import MetadataDatabase
    from safeconduct.secrets.keyring import Keyring


class MetadataBackend(ConnectionBackend):
    """The table `connection`. A row that no key opens is a finding of that row alone."""

    name = "metadata database"

    def __init__(self, database: MetadataDatabase, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """See ConnectionBackend."""
        return self._database.secrets

    @property
    def place(self) -> str:
        """See ConnectionBackend."""
        return f"{self.name} ({self._database.label})"

    def get(self, conn_id: str) -> Answer | None:
        """See ConnectionBackend."""
        row = self._database.row(conn_id)
        return self.answer(row) if isinstance(row, ConnectionRow) else row

    def variable(self, key: str) -> FoundVariable | Finding | Unjudged | None:
        """See ConnectionBackend."""
        rows = self._database.variables()
        if isinstance(rows, (Finding, Unjudged)):
            return rows
        row = next((row for row in rows if row.key == key), None)
        if row is None:
            return None
        variable = opened_variable(row, self._keyring)
        return variable if isinstance(variable, Unjudged) else FoundVariable(variable, self._where)

    def conn_ids(self) -> tuple[str, ...] | Finding | Unjudged:
        """See ConnectionBackend."""
        return self._database.conn_ids()

    def all(self) -> Iterator[tuple[str, Answer]]:
        """See ConnectionBackend."""
        rows = self._database.rows()
        if isinstance(rows, (Finding, Unjudged)):
            yield "", rows
            return
        for row in rows:
            if not row.conn_id:
                yield "", Unjudged(SUBJECT, f"{self._database.label} has a row without conn_id, which nobody can use")
            elif _is_postgres(row):
                yield row.conn_id, spared(row.conn_id, partial(self.answer, row))
            else:
                yield row.conn_id, self._unopened(row)

    def all_opened(self) -> Iterator[tuple[str, Answer]]:
        """See ConnectionBackend."""
        rows = self._database.rows()
        if isinstance(rows, (Finding, Unjudged)):
            yield "", rows
            return
        for row in rows:
            yield row.conn_id, spared(row.conn_id, partial(self.answer, row))

    def answer(self, row: ConnectionRow) -> Answer:
        """What a look-up of this row ends with."""
        if row.not_text:
            return not_text(row)
        password = open_column(row.conn_id, "password", row.password, row.is_encrypted, self._keyring)
        if isinstance(password, (Finding, Unjudged)):
            return password
        extra = open_column(row.conn_id, "extra", row.extra, row.is_extra_encrypted, self._keyring)
        if isinstance(extra, (Finding, Unjudged)):
            return extra
        connection = connection_of(row, _secret(password), _secret(extra))
        return self._in_row(connection, self._credential(connection, password))

    def _unopened(self, row: ConnectionRow) -> Found:
        """A connection of another type: whether a key opens it is nobody's question when all PostgreSQL ones are."""
        connection = Connection(row.conn_id, row.conn_type or "", row.host, row.port, row.schema, row.login)
        return self._in_row(connection, "not opened")

    def _in_row(self, connection: Connection, credential: str) -> Found:
        return Found(connection, self._where, credential, in_row=True)

    @property
    def _where(self) -> str:
        return f"metadata database, {self._database.label}"

    def _credential(self, connection: Connection, password: Secret | Opened | None) -> str:
        if not isinstance(password, Opened):
            return credential_words(connection, "stored in plaintext")
        if len(self._keyring) == 1:
            return credential_words(connection, "opened by the Fernet key")
        return credential_words(connection, f"opened by key {password.key_number} of {len(self._keyring)} Fernet keys")


class AbsentBackend(ConnectionBackend):
    """A metadata database that nobody configured and that is not at its default place: nothing is kept there.

    `why` says in half a sentence what was looked at.
    """

    def __init__(self, why: str) -> None:
        self.name = f"metadata database (none is configured: {why}; is AIRFLOW_HOME right?)"

    def get(self, conn_id: str) -> Answer | None:
        """See ConnectionBackend."""
        return None

    def conn_ids(self) -> tuple[str, ...]:
        """See ConnectionBackend."""
        return ()

    def all(self) -> Iterator[tuple[str, Answer]]:
        """See ConnectionBackend."""
        yield from ()


class UnreachableBackend(ConnectionBackend):
    """A place that could not even be opened: every question has the same answer."""

    def __init__(self, answer: Finding | Unjudged, name: str = "metadata database") -> None:
        self.name = name
        self._answer = answer

    def get(self, conn_id: str) -> Answer | None:
        """See ConnectionBackend."""
        return self._answer

    def variable(self, key: str) -> Finding | Unjudged:
        """See ConnectionBackend."""
        return self._answer

    def conn_ids(self) -> Finding | Unjudged:
        """See ConnectionBackend."""
        return self._answer

    def all(self) -> Iterator[tuple[str, Answer]]:
        """See ConnectionBackend."""
        yield "", self._answer


def not_text(row: ConnectionRow) -> Finding:
    """That a row holds octets that are no text, which keeps Airflow from reading it."""
    column = row.not_text[0]
    remedies: tuple[Remedy, ...] = ()
    if column != "conn_id":
        literal = "'" + row.conn_id.replace("'", "''") + "'"
        when = "in the metadata database; then enter the value again in Airflow"
        remedies = (
            Remedy(RemedyKind.SQL, f"UPDATE connection SET {column} = NULL WHERE conn_id = {literal};", when=when),
        )
    return ROW_NOT_TEXT.finding(
        row.conn_id,
        f"the {column} of {row.conn_id} holds octets that are no UTF-8 text, and Airflow cannot read the row",
        evidence={"row": f"metadata database, table connection, conn_id {row.conn_id}", "column": column},
        remedies=remedies,
    )


def connection_of(row: ConnectionRow, password: Secret | None, extra: Secret | None) -> Connection:
    """The connection that a row keeps, with what its password and extra are."""
    return Connection(
        conn_id=row.conn_id,
        conn_type=row.conn_type or "",
        host=row.host,
        port=row.port,
        schema=row.schema,
        login=row.login,
        password=password,
        extra=extra,
        description=row.description,
    )


def _is_postgres(row: ConnectionRow) -> bool:
    return Connection(row.conn_id, row.conn_type or "").is_postgres


def _secret(value: Secret | Opened | None) -> Secret | None:
    return value.text if isinstance(value, Opened) else value
