"""What rows hold: connections and variables, opened with the keyring one by one, and judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.airflow.metadata_rows import read_connection, read_variable
from safeconduct.model import Finding, Secret, Unjudged
from safeconduct.secrets.audit import exposed
from safeconduct.secrets.audit.tls import connection_tls, is_told_by_service
from safeconduct.secrets.column import open_column
from safeconduct.secrets.keyring import Opened
from safeconduct.secrets.metadata import connection_of, not_text
from safeconduct.secrets.sparing import spared
from safeconduct.secrets.variables import Variable, opened_variable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from safeconduct.airflow.hiding import Hiding
    from safeconduct.airflow.metadata_reader import Row
    from safeconduct.airflow.metadata_rows import ConnectionRow, VariableRow
    from safeconduct.model import Connection
    from safeconduct.secrets.audit.exposed import Told
    from safeconduct.secrets.audit.gathering import Gathering
    from safeconduct.secrets.keyring import Keyring


class ContentAudit:
    """Judges rows. `closed` counts the values that could not be looked into, since no key opens them."""

    def __init__(self, keyring: Keyring, gathering: Gathering, hiding: Hiding, environ: Mapping[str, str]) -> None:
        self.closed = 0
        self._keyring = keyring
        self._gathering = gathering
        self._hiding = hiding
        self._environ = environ

    def connection(self, found: Row) -> None:
        """A row as audited_connections.sql gives it."""
        row = read_connection(found[1:])
        if row.not_text:
            self._gathering.add(not_text(row))
            return
        self._spared(f"connection {row.conn_id}", lambda: self._of_connection(row))

    def variable(self, found: Row, key_column: str) -> None:
        """A row as audited_variables.sql gives it. `key_column` is how this database writes the column `key`."""
        row = read_variable(found[1:])
        self._spared(f"variable {row.key}", lambda: self._of_variable(row, key_column))

    def _spared(self, subject: str, judge: Callable[[], None]) -> None:
        found = spared(subject, judge)
        if isinstance(found, Unjudged):
            self._gathering.add(found)

    def _of_connection(self, row: ConnectionRow) -> None:
        connection = self._opened(row)
        self._tell(exposed.in_fields(connection))
        self._tell(exposed.shown_in_extra(connection, self._hiding))
        self._tell(connection_tls(connection, self._environ))
        if is_told_by_service(connection):
            words = "a service tells its sslmode, whose file is read where Airflow runs"
            self._gathering.add(Unjudged(f"connection {row.conn_id}", words))

    def _opened(self, row: ConnectionRow) -> Connection:
        """The connection, its password as it is stored, since only its presence matters."""
        extra = open_column(row.conn_id, "extra", row.extra, row.is_extra_encrypted, self._keyring)
        if isinstance(extra, (Finding, Unjudged)):
            self.closed += 1
            extra = None
        return connection_of(row, row.password or None, extra.text if isinstance(extra, Opened) else extra)

    def _of_variable(self, row: VariableRow, key_column: str) -> None:
        variable = opened_variable(row, self._keyring)
        if isinstance(variable, Unjudged):
            if row.value is None:
                self._gathering.add(variable)
            else:
                self.closed += 1
            variable = Variable(row.key, Secret(""), row.description)
        self._tell(exposed.in_description(variable, key_column))
        self._tell(exposed.shown_variable(variable, self._hiding))

    def _tell(self, found: Iterable[Told]) -> None:
        for rule, finding in found:
            self._gathering.tell(rule, finding)
