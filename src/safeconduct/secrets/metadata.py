"""Connections in the metadata database, opened with the Fernet keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.airflow import rules
from safeconduct.airflow.metadata import ConnectionRow
from safeconduct.model import Connection, Finding, Remedy, RemedyKind, Secret, Unjudged
from safeconduct.secrets.interface import Answer, ConnectionBackend, Found, credential_words
from safeconduct.secrets.keyring import KeyState, Opened, token_time

if TYPE_CHECKING:
    from collections.abc import Iterator

    from safeconduct.airflow.metadata import MetadataDatabase
    from safeconduct.model import Rule
    from safeconduct.secrets.keyring import Keyring


class MetadataBackend(ConnectionBackend):
    """The table `connection`. A row that no key opens is a finding of that row alone."""

    name = "metadata database"

    def __init__(self, database: MetadataDatabase, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring
        self.secrets = database.secrets

    def get(self, conn_id: str) -> Answer | None:
        """See ConnectionBackend."""
        row = self._database.row(conn_id)
        return self._found(row) if isinstance(row, ConnectionRow) else row

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
            yield row.conn_id, self._found(row)

    def _found(self, row: ConnectionRow) -> Answer:
        password = open_column(row.conn_id, "password", row.password, row.is_encrypted, self._keyring)
        if isinstance(password, Finding):
            return password
        extra = open_column(row.conn_id, "extra", row.extra, row.is_extra_encrypted, self._keyring)
        if isinstance(extra, Finding):
            return extra
        connection = Connection(
            conn_id=row.conn_id,
            conn_type=row.conn_type or "",
            host=row.host,
            port=row.port,
            schema=row.schema,
            login=row.login,
            password=_secret(password),
            extra=_secret(extra),
            description=row.description,
        )
        return Found(connection, f"metadata database, {self._database.label}", self._credential(connection, password))

    def _credential(self, connection: Connection, password: Secret | Opened | None) -> str:
        if not isinstance(password, Opened):
            return credential_words(connection, "stored in plaintext")
        if len(self._keyring) == 1:
            return credential_words(connection, "opened by the Fernet key")
        return credential_words(connection, f"opened by key {password.key_number} of {len(self._keyring)} Fernet keys")


class AbsentBackend(ConnectionBackend):
    """A metadata database that nobody configured and that is not at its default place: nothing is kept there."""

    def __init__(self, place: str) -> None:
        self.name = f"metadata database (none is configured, and {place}; is AIRFLOW_HOME right?)"

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
    """A metadata database that could not even be named: every question has the same answer."""

    name = "metadata database"

    def __init__(self, answer: Finding | Unjudged) -> None:
        self._answer = answer

    def get(self, conn_id: str) -> Answer | None:
        """See ConnectionBackend."""
        return self._answer

    def conn_ids(self) -> Finding | Unjudged:
        """See ConnectionBackend."""
        return self._answer

    def all(self) -> Iterator[tuple[str, Answer]]:
        """See ConnectionBackend."""
        yield "", self._answer


def _secret(value: Secret | Opened | None) -> Secret | None:
    return value.text if isinstance(value, Opened) else value


def open_column(
    conn_id: str, column: str, stored: Secret | None, flagged: bool, keyring: Keyring
) -> Secret | Opened | Finding | None:
    """The text of a column: as stored where it is plaintext, opened where it is a token."""
    if not stored:
        return None
    text = stored.reveal()
    made = token_time(text)
    if not flagged:
        return (
            _finding(rules.FLAG_LIES, conn_id, column, "says plaintext, but holds a Fernet token") if made else stored
        )
    if keyring.state is KeyState.USABLE and made is not None:
        opened = keyring.open(text)
        return opened if opened is not None else _other_key(conn_id, column, made.strftime("%Y-%m-%d"), keyring)
    return _unusable(conn_id, column, keyring) or _finding(
        rules.ROW_CORRUPT, conn_id, column, "says encrypted, but holds no Fernet token"
    )


def _unusable(conn_id: str, column: str, keyring: Keyring) -> Finding | None:
    origin = keyring.origin
    if keyring.state is KeyState.ABSENT:
        return _finding(rules.KEY_ABSENT, conn_id, column, "is encrypted, and no Fernet key is configured", key=origin)
    if keyring.state is KeyState.EMPTY:
        return _finding(rules.KEY_EMPTY, conn_id, column, "is encrypted, and the Fernet key is empty", key=origin)
    if keyring.state is KeyState.MALFORMED:
        words = f"is encrypted, and the Fernet key is malformed: {keyring.problem}"
        return _finding(rules.KEY_MALFORMED, conn_id, column, words, key=origin)
    return None


def _other_key(conn_id: str, column: str, made: str, keyring: Keyring) -> Finding:
    count = len(keyring)
    words = (
        "was encrypted with another key than the one configured"
        if count == 1
        else (f"was encrypted with another key than the {count} configured")
    )
    remedies = (
        Remedy(
            RemedyKind.OPTION,
            "fernet_key = <the key in use>,<the key of that time>",
            when=f"in airflow.cfg [core], where the key of {made} is known",
        ),
        Remedy(
            RemedyKind.COMMAND,
            f"airflow connections delete {conn_id}",
            when="where it is lost: then add the connection again with its credential",
        ),
    )
    return _finding(
        rules.KEY_OTHER, conn_id, column, words, remedies, key=keyring.origin, encrypted=made, tried=f"{count} keys"
    )


def _finding(
    rule: Rule, conn_id: str, column: str, words: str, remedies: tuple[Remedy, ...] = (), **evidence: str
) -> Finding:
    return rule.finding(
        conn_id,
        f"the {column} of {conn_id} {words}",
        evidence={"row": f"metadata database, table connection, conn_id {conn_id}", "column": column, **evidence},
        remedies=remedies,
    )
