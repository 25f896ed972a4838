"""What is put into the metadata database, sealed with the Fernet key, or taken out of it: planned first, then done."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from safeconduct.airflow import rules
from safeconduct.airflow.metadata_edits import Edit
from safeconduct.airflow.metadata_rows import ConnectionRow, VariableRow
from safeconduct.model import Finding, Remedy, RemedyKind, Unjudged
from safeconduct.secrets.interface import Found
from safeconduct.secrets.keyring import KeyState
from safeconduct.secrets.metadata import MetadataBackend
from safeconduct.secrets.variables import opened_variable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from safeconduct.airflow.metadata import MetadataDatabase
    from safeconduct.model import Connection, Secret
    from safeconduct.secrets.keyring import Keyring
    from safeconduct.secrets.variables import Variable

Failed = Finding | Unjudged


class Action(Enum):
    """What is to happen to a row; the value is the word for it."""

    ADD = "add"
    REPLACE = "replace"
    DELETE = "delete"
    KEEP = "keep"
    """It is there already and not to be replaced."""
    SAME = "same"
    """It is there already as it should be."""
    ABSENT = "absent"
    """It should be deleted and is not there."""

    @property
    def changes(self) -> bool:
        """Whether anything is written."""
        return self in (Action.ADD, Action.REPLACE, Action.DELETE)


@dataclass(frozen=True)
class Step:
    """One row of a plan, by the connection's id or the variable's key."""

    name: str
    action: Action
    edit: Edit | None = None


class Keeper:
    """The metadata database with the keyring that seals what is put into it.

    `plaintext` is consent to what Airflow does without a key: to keep secrets as they are.
    """

    def __init__(self, database: MetadataDatabase, keyring: Keyring, plaintext: bool = False) -> None:
        self.database = database
        self.backend = MetadataBackend(database, keyring)
        self.keyring = keyring
        self._plaintext = plaintext

    def put(self, connections: Iterable[Connection], overwrite: bool) -> tuple[Step, ...] | Failed:
        """The plan that puts these connections there; those that are there are kept unless `overwrite`."""
        rows = self.database.rows()
        if isinstance(rows, (Finding, Unjudged)):
            return rows
        there = {row.conn_id: row for row in rows}
        steps = []
        for connection in connections:
            before = there.get(connection.conn_id)
            action = self._action(before is not None, before is not None and self._has(before, connection), overwrite)
            if not action.changes:
                steps.append(Step(connection.conn_id, action))
                continue
            after = self.sealed(connection)
            if isinstance(after, (Finding, Unjudged)):
                return after
            steps.append(Step(connection.conn_id, action, Edit(connection.conn_id, before, after)))
        return tuple(steps)

    def variables(self) -> tuple[Variable | Unjudged, ...] | Failed:
        """Every variable, or why it cannot be opened."""
        rows = self.database.variables()
        if isinstance(rows, (Finding, Unjudged)):
            return rows
        return tuple(opened_variable(row, self.keyring) for row in rows)

    def put_variables(self, variables: Iterable[Variable], overwrite: bool) -> tuple[Step, ...] | Failed:
        """The same for variables."""
        rows = self.database.variables()
        if isinstance(rows, (Finding, Unjudged)):
            return rows
        there = {row.key: row for row in rows}
        steps = []
        for variable in variables:
            before = there.get(variable.key)
            same = before is not None and opened_variable(before, self.keyring) == variable
            action = self._action(before is not None, same, overwrite)
            if not action.changes:
                steps.append(Step(variable.key, action))
                continue
            sealed = self.seal(variable.key, variable.value)
            if isinstance(sealed, (Finding, Unjudged)):
                return sealed
            after = VariableRow(variable.key, sealed, variable.description, self.seals)
            steps.append(Step(variable.key, action, Edit(variable.key, before, after)))
        return tuple(steps)

    def delete(self, conn_ids: Iterable[str]) -> tuple[Step, ...] | Failed:
        """The plan that takes these connections away, whatever is in their rows: no key is needed."""
        rows = self.database.rows()
        return rows if isinstance(rows, (Finding, Unjudged)) else _gone(conn_ids, {row.conn_id: row for row in rows})

    def delete_variables(self, keys: Iterable[str]) -> tuple[Step, ...] | Failed:
        """The same for variables."""
        rows = self.database.variables()
        return rows if isinstance(rows, (Finding, Unjudged)) else _gone(keys, {row.key: row for row in rows})

    def carry_out(self, steps: Iterable[Step]) -> Failed | None:
        """Do what was planned, all of it or nothing; why not, where nothing was done. Raises Overtaken."""
        return self.database.edit([step.edit for step in steps if step.edit is not None])

    @staticmethod
    def _action(is_there: bool, same: bool, overwrite: bool) -> Action:
        if not is_there:
            return Action.ADD
        return Action.SAME if same else Action.REPLACE if overwrite else Action.KEEP

    def variable_of(self, row: VariableRow) -> Variable | Unjudged:
        """The variable that a row keeps; why none can be read."""
        return opened_variable(row, self.keyring)

    def _has(self, row: ConnectionRow, connection: Connection) -> bool:
        """Whether the row holds just this connection, and with the first key if with any."""
        answer = self.backend.answer(row)
        return isinstance(answer, Found) and answer.connection == connection

    @property
    def seals(self) -> bool:
        """Whether there is a key to seal with."""
        return self.keyring.state is KeyState.USABLE

    def sealed(self, connection: Connection) -> ConnectionRow | Failed:
        """The row that keeps this connection."""
        password, extra = connection.password or None, connection.extra or None
        sealed = [self.seal(connection.conn_id, text) for text in (password, extra)]
        for one in sealed:
            if isinstance(one, (Finding, Unjudged)):
                return one
        kept, kept_extra = (one if not isinstance(one, (Finding, Unjudged)) else None for one in sealed)
        return ConnectionRow(
            connection.conn_id,
            connection.conn_type,
            connection.host,
            connection.schema,
            connection.login,
            kept,
            connection.port,
            kept_extra,
            connection.description,
            password is not None and self.seals,
            extra is not None and self.seals,
        )

    def seal(self, subject: str, text: Secret | None) -> Secret | Failed | None:
        """The text as a column keeps it; why that must not be."""
        if text is None:
            return None
        if self.seals:
            return self.keyring.seal(text)
        if self._plaintext and self.keyring.state is KeyState.EMPTY:
            return text
        return self._unsealable(subject)

    def _unsealable(self, subject: str) -> Failed:
        keyring = self.keyring
        if keyring.state is KeyState.UNKNOWN:
            return Unjudged(subject, f"{subject} holds a secret, and {keyring.problem}")
        rule, words = {
            KeyState.ABSENT: (rules.KEY_ABSENT, "no Fernet key is configured"),
            KeyState.EMPTY: (rules.KEY_EMPTY, "the Fernet key is empty: it would be kept in plaintext"),
            KeyState.MALFORMED: (rules.KEY_MALFORMED, f"the Fernet key is malformed: {keyring.problem}"),
        }[keyring.state]
        remedy = Remedy(RemedyKind.OPTION, "fernet_key = <the key of this Airflow>", when=f"in {keyring.origin}")
        message = f"{subject} holds a secret that cannot be sealed: {words}"
        return rule.finding(subject, message, evidence={"key": keyring.origin}, remedies=(remedy,))


def _gone(names: Iterable[str], there: Mapping[str, ConnectionRow] | Mapping[str, VariableRow]) -> tuple[Step, ...]:
    rows: Mapping[str, ConnectionRow | VariableRow] = dict(there)
    return tuple(
        Step(name, Action.DELETE, Edit(name, rows[name], None)) if name in rows else Step(name, Action.ABSENT)
        for name in dict.fromkeys(names)
    )
