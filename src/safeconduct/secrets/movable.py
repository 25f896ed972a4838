"""What is moved between the metadata database and a secrets backend: connections and variables, each as a row here and
as a record there."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar

from safeconduct.airflow.connection_json import parse_definition
from safeconduct.airflow.connection_uri import conn_type
from safeconduct.airflow.metadata_rows import ConnectionRow, VariableRow
from safeconduct.masking import masker_for, without_secrets
from safeconduct.model import Connection, Finding, Secret, Unjudged
from safeconduct.secrets.environment import PREFIX, VARIABLE_PREFIX
from safeconduct.secrets.exchange import fault_of
from safeconduct.secrets.interface import Found, FoundVariable
from safeconduct.secrets.likeness import differences
from safeconduct.secrets.place import Kind
from safeconduct.secrets.sparing import spared
from safeconduct.secrets.variables import Variable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from safeconduct.airflow.dialect import Dialect
    from safeconduct.masking import Masker
    from safeconduct.secrets.interface import ConnectionBackend
    from safeconduct.secrets.keeping import Keeper
    from safeconduct.secrets.writing import WritableSource

RowT = TypeVar("RowT", ConnectionRow, VariableRow)
WholeT = TypeVar("WholeT", Connection, Variable)
Failed = Finding | Unjudged


class Movable(ABC, Generic[RowT, WholeT]):
    """One kind of things. A `whole` is one of them with its secrets, opened in memory."""

    kind: Kind
    prefix: str
    """What the environment variable's name begins with that Airflow asks between backend and database."""

    def __init__(self, keeper: Keeper, dialect: Dialect, environ: Mapping[str, str]) -> None:
        self._keeper = keeper
        self._dialect = dialect
        self._environ = environ

    @abstractmethod
    def rows(self) -> Sequence[RowT] | Failed:
        """All rows of the metadata database."""

    @abstractmethod
    def name_of(self, row: RowT) -> str:
        """The row's name."""

    @abstractmethod
    def opened(self, row: RowT) -> WholeT | Failed:
        """What the row keeps; why it cannot be opened, or Airflow cannot use it."""

    @abstractmethod
    def text_of(self, whole: WholeT, source: WritableSource) -> Secret:
        """Its record's text at this place."""

    @abstractmethod
    def read(self, name: str, text: Secret) -> WholeT | Failed:
        """What Airflow reads from a record."""

    @abstractmethod
    def differences(self, one: WholeT, other: WholeT) -> tuple[str, ...]:
        """The fields in which Airflow would see a difference."""

    @abstractmethod
    def bare(self, whole: WholeT) -> WholeT:
        """It without what is secret."""

    @abstractmethod
    def emptied(self, row: RowT, whole: WholeT) -> RowT | Failed | None:
        """The row without what is secret; None where no row is to be left."""

    @abstractmethod
    def filled(self, row: RowT | None, whole: WholeT) -> RowT | Failed:
        """The row with it, sealed. Of a row that is there stays what no record tells."""

    def is_hidden(self, name: str, whole: WholeT) -> bool:
        """Whether an environment variable hides the row and is hidden by the record, and is another one than this."""
        text = self._environ.get(f"{self.prefix}{name.upper()}")
        if text is None:
            return False
        other = self.read(name, Secret(text))
        return not isinstance(other, (Finding, Unjudged)) and bool(self.differences(whole, other))

    @abstractmethod
    def asked_of(self, backend: ConnectionBackend, name: str) -> WholeT | Failed | None:
        """What this backend has under the name."""

    def staying(self, whole: WholeT) -> tuple[str, ...]:
        """The fields that look secret and stay in an emptied row all the same."""
        return ()

    def has_secret(self, whole: WholeT) -> bool:
        """Whether anything of it is secret."""
        return bool(self.differences(whole, self.bare(whole)))


class MovableConnections(Movable[ConnectionRow, Connection]):
    """Connections: the row keeps all but the password and what is secret in the extra."""

    kind = Kind.CONNECTION
    prefix = PREFIX

    def rows(self) -> Sequence[ConnectionRow] | Failed:
        """See Movable."""
        return self._keeper.database.rows()

    def name_of(self, row: ConnectionRow) -> str:
        """See Movable."""
        return row.conn_id

    def opened(self, row: ConnectionRow) -> Connection | Failed:
        """See Movable."""
        answer = self._keeper.backend.answer(row)
        return (fault_of(answer.connection) or answer.connection) if isinstance(answer, Found) else answer

    def asked_of(self, backend: ConnectionBackend, name: str) -> Connection | Failed | None:
        """See Movable."""
        answer = spared(name, partial(backend.get, name))
        return answer.connection if isinstance(answer, Found) else answer

    def text_of(self, whole: Connection, source: WritableSource) -> Secret:
        """See Movable."""
        return source.text_of(whole, self._dialect)

    def read(self, name: str, text: Secret) -> Connection | Failed:
        """See Movable."""
        return parse_definition(name, text, self._dialect)

    def differences(self, one: Connection, other: Connection) -> tuple[str, ...]:
        """See Movable."""
        return differences(one, other)

    def bare(self, whole: Connection) -> Connection:
        """See Movable."""
        return without_secrets(whole)

    def staying(self, whole: Connection) -> tuple[str, ...]:
        """See Movable: such as the host that is a webhook's address."""
        masker = masker_for([whole])
        fields = ("host", "schema", "login", "description")
        texts = {field: getattr(whole, field) or "" for field in fields}
        return tuple(field for field, text in texts.items() if self._shown(masker, field, text) != text)

    @staticmethod
    def _shown(masker: Masker, field: str, text: str) -> str:
        return masker.told(text) if field == "description" else masker.text(text)

    def emptied(self, row: ConnectionRow, whole: Connection) -> ConnectionRow | Failed | None:
        """See Movable. An extra without secrets is left as it is stored."""
        bare = self.bare(whole)
        if bare.extra == whole.extra:
            return replace(row, password=None, is_encrypted=False)
        extra = self._keeper.seal(row.conn_id, bare.extra) if self._keeper.seals else bare.extra
        if isinstance(extra, (Finding, Unjudged)):
            return extra
        sealed = extra is not None and self._keeper.seals
        return replace(row, password=None, is_encrypted=False, extra=extra, is_extra_encrypted=sealed)

    def filled(self, row: ConnectionRow | None, whole: Connection) -> ConnectionRow | Failed:
        """See Movable."""
        if row is not None:
            kept = row.conn_type or "" if conn_type(row.conn_type or "") == whole.conn_type else whole.conn_type
            whole = replace(whole, conn_type=kept, description=whole.description or row.description)
        return self._keeper.sealed(whole)


class MovableVariables(Movable[VariableRow, Variable]):
    """Variables: all of the value is secret, and Airflow 3.2 has no row without one, so that none is left."""

    kind = Kind.VARIABLE
    prefix = VARIABLE_PREFIX

    def rows(self) -> Sequence[VariableRow] | Failed:
        """See Movable."""
        return self._keeper.database.variables()

    def name_of(self, row: VariableRow) -> str:
        """See Movable."""
        return row.key

    def opened(self, row: VariableRow) -> Variable | Failed:
        """See Movable."""
        if row.value is None:
            return Variable(row.key, Secret(""), row.description)
        return self._keeper.variable_of(row)

    def asked_of(self, backend: ConnectionBackend, name: str) -> Variable | Failed | None:
        """See Movable."""
        answer = spared(name, partial(backend.variable, name))
        return answer.variable if isinstance(answer, FoundVariable) else answer

    def text_of(self, whole: Variable, source: WritableSource) -> Secret:
        """See Movable."""
        return whole.value

    def read(self, name: str, text: Secret) -> Variable | Failed:
        """See Movable."""
        return Variable(name, text)

    def differences(self, one: Variable, other: Variable) -> tuple[str, ...]:
        """See Movable."""
        return () if one.value == other.value else ("value",)

    def bare(self, whole: Variable) -> Variable:
        """See Movable."""
        return replace(whole, value=Secret(""))

    def emptied(self, row: VariableRow, whole: Variable) -> Failed | None:
        """See Movable. No record tells a description, so that it takes consent to lose it."""
        if not row.description:
            return None
        why = "it has a description, which would be lost with its row: --delete-row"
        return Unjudged(row.key, f"the variable {row.key} is left: {why}")

    def filled(self, row: VariableRow | None, whole: Variable) -> VariableRow | Failed:
        """See Movable."""
        sealed = self._keeper.seal(whole.key, whole.value)
        if isinstance(sealed, (Finding, Unjudged)):
            return sealed
        return VariableRow(whole.key, sealed, row.description if row else None, self._keeper.seals)
