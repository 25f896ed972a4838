"""One connection where it is kept, to be written there anew: a row of the metadata database, or a backend's record."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING

from safeconduct.airflow.connection_json import parse_definition
from safeconduct.airflow.metadata_edits import Edit
from safeconduct.model import Connection, Finding, Unjudged
from safeconduct.secrets.interface import Found
from safeconduct.secrets.likeness import differences
from safeconduct.secrets.place import Kind, Trouble
from safeconduct.secrets.referring import secret_parts
from safeconduct.secrets.rules import RECORD_NOT_KEPT

if TYPE_CHECKING:
    from safeconduct.airflow.dialect import Dialect
    from safeconduct.airflow.metadata_rows import ConnectionRow
    from safeconduct.model import Secret
    from safeconduct.secrets.keeping import Keeper
    from safeconduct.secrets.writing import Seen, WritableSource

Failed = Finding | Unjudged


class Holding(ABC):
    """`whole` is the connection as it was seen, `label` names the place.

    `keeps_versions` says that the place may keep what was there before.
    """

    whole: Connection
    label: str
    keeps_versions = False

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """What opens the place."""
        return ()

    @abstractmethod
    def fault(self, after: Connection) -> Failed | None:
        """Why the place could not keep this connection; nothing is written."""

    @abstractmethod
    def write(self, after: Connection) -> Failed | None:
        """Write the connection where all is as it was seen; what failed. Raises Overtaken where nothing was written.

        After a failure it may have been written: an answer can be lost on its way.
        """


class RowHolding(Holding):
    """A row, whose password and extra are sealed with the Fernet key."""

    def __init__(self, keeper: Keeper, row: ConnectionRow, whole: Connection) -> None:
        self._keeper = keeper
        self._row = row
        self.whole = whole
        self.label = keeper.database.label

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """See Holding."""
        return self._keeper.database.secrets

    def fault(self, after: Connection) -> Failed | None:
        """See Holding."""
        row = self._sealed(after)
        return row if isinstance(row, (Finding, Unjudged)) else None

    def _sealed(self, connection: Connection) -> ConnectionRow | Failed:
        """The row that keeps this connection; a password that stays is left as it is stored."""
        keeper, extra = self._keeper, connection.extra
        row = replace(self._row, login=connection.login)
        if connection.password is None:
            row = replace(row, password=None, is_encrypted=False)
        # Without a key Airflow keeps an extra in plaintext; one that has no secret may stay so.
        seals = keeper.seals or any(part.startswith("extra") for part in secret_parts(connection))
        sealed = keeper.seal(connection.conn_id, extra) if seals else extra
        if isinstance(sealed, (Finding, Unjudged)):
            return sealed
        return replace(row, extra=sealed, is_extra_encrypted=sealed is not None and keeper.seals)

    def write(self, after: Connection) -> Failed | None:
        """See Holding."""
        row = self._sealed(after)
        if isinstance(row, (Finding, Unjudged)):
            return row
        return self._keeper.database.edit([Edit(after.conn_id, self._row, row)])


class RecordHolding(Holding):
    """A backend's record, which is read back once it has been written."""

    def __init__(self, source: WritableSource, seen: Seen, whole: Connection, dialect: Dialect) -> None:
        self._source = source
        self._seen = seen
        self._dialect = dialect
        self.whole = whole
        self.label = source.place.label
        self.keeps_versions = source.keeps_versions

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """See Holding."""
        return self._source.secrets

    def fault(self, after: Connection) -> Failed | None:
        """See Holding."""
        return self._unlike(after, self._source.text_of(after, self._dialect))

    def write(self, after: Connection) -> Failed | None:
        """See Holding."""
        text = self._source.text_of(after, self._dialect)
        try:
            self._source.write(Kind.CONNECTION, after.conn_id, text, self._seen)
            kept = self._source.see(Kind.CONNECTION, after.conn_id).record
        except Trouble as trouble:
            return trouble.finding(after.conn_id)
        return self._unlike(after, kept.text if kept else None)

    def _unlike(self, after: Connection, text: Secret | None) -> Failed | None:
        """Why the text is not read as this connection."""
        read = parse_definition(after.conn_id, text, self._dialect) if text else None
        if isinstance(read, (Finding, Unjudged)):
            return read
        fields = "all of it" if read is None else ", ".join(differences(after, read))
        if not fields:
            return None
        message = f"{after.conn_id}: its record would read back with another {fields}"
        return RECORD_NOT_KEPT.finding(after.conn_id, message, evidence={"place": self.label, "fields": fields})


def row_holding(keeper: Keeper, conn_id: str) -> RowHolding | Failed | None:
    """The row of this id; None where there is none."""
    row = keeper.database.row(conn_id)
    if row is None or isinstance(row, (Finding, Unjudged)):
        return row
    answer = keeper.backend.answer(row)
    return RowHolding(keeper, row, answer.connection) if isinstance(answer, Found) else answer


def record_holding(source: WritableSource, conn_id: str, dialect: Dialect) -> RecordHolding | Failed | None:
    """The record of this id; None where there is none."""
    try:
        seen = source.see(Kind.CONNECTION, conn_id)
    except Trouble as trouble:
        return trouble.finding(conn_id)
    if seen.record is None:
        return None
    whole = parse_definition(conn_id, seen.record.text, dialect)
    return whole if isinstance(whole, (Finding, Unjudged)) else RecordHolding(source, seen, whole, dialect)
