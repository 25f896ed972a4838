"""The superuser's connection, statement by statement, with what the server said to each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from psycopg import pq

from safeconduct.postgres.query import QueryRefused
from safeconduct.postgres.server_message import ServerMessage
from safeconduct.postgres.session import SessionLost

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from psycopg.pq.abc import PGresult

_SILENT = frozenset({"01006", "01007"})
"""Warnings that nothing, or not all, was granted or revoked."""
_SKIPPED = ("VACUUM", "ANALYZE", "CLUSTER", "REINDEX")
"""Commands that pass with a warning over what the role may not touch."""
_ABSENT = "does not exist, skipping"
"""How IF EXISTS says, in a notice, that it found nothing."""


@dataclass(frozen=True)
class Outcome:
    """How a text ended: `sqlstate` is empty where it passed; `rows` and `columns` are the last result's.

    `absent` has the notices by which IF EXISTS says that it found nothing.
    """

    sqlstate: str = ""
    message: str = ""
    rows: tuple[tuple[str | None, ...], ...] = ()
    columns: tuple[str, ...] = ()
    absent: frozenset[str] = frozenset()

    @property
    def passed(self) -> bool:
        """Whether the server let it pass without leaving something out in silence."""
        return not self.sqlstate


class Client:
    """A superuser's session; `options` are settings it begins with."""

    def __init__(self, dsn: str, options: Mapping[str, str]) -> None:
        words = " ".join(f"-c {name}={value.replace(' ', chr(92) + ' ')}" for name, value in options.items())
        escaped = words.replace("\\", "\\\\").replace("'", "\\'")
        self._connection = pq.PGconn.connect(f"{dsn} options='{escaped}'".encode())
        if self._connection.status != pq.ConnStatus.OK:
            raise SystemExit(self._connection.error_message.decode(errors="replace"))
        self._notices: list[ServerMessage] = []
        self._connection.notice_handler = self._noticed

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the session."""
        self._connection.finish()

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction block is open and not aborted."""
        return self._connection.transaction_status == pq.TransactionStatus.INTRANS

    @property
    def idle(self) -> bool:
        """Whether no transaction block is open."""
        return self._connection.transaction_status == pq.TransactionStatus.IDLE

    def run(self, text: str, data: Callable[[], str] | None = None) -> Outcome:
        """Run it by the simple protocol; COPY FROM STDIN gets `data()`. Raises SessionLost when the server hangs up."""
        self._notices = []
        result = self._connection.exec_(text.encode())
        copies = result.status in (pq.ExecStatus.COPY_IN, pq.ExecStatus.COPY_OUT)
        outcome = self._copy(result, data) if copies else _outcome(result)
        if self._connection.status != pq.ConnStatus.OK:
            raise SessionLost(outcome.message or "the server hung up")
        return self._with_warnings(outcome, text)

    def must(self, text: str) -> Outcome:
        """Run what has to pass."""
        outcome = self.run(text)
        if outcome.sqlstate:
            raise AssertionError(f"{text[:200]}: {outcome.sqlstate} {outcome.message}")
        return outcome

    def query(self, text: str, params: Sequence[str | None]) -> list[tuple[str | None, ...]]:
        """Run one statement by the extended protocol. Raises QueryRefused."""
        values = [None if value is None else value.encode() for value in params]
        outcome = _outcome(self._connection.exec_params(text.encode(), values))
        if outcome.sqlstate:
            raise QueryRefused(ServerMessage(outcome.message, "ERROR", "ERROR", outcome.sqlstate))
        return list(outcome.rows)

    def parse_only(self, text: str) -> list[ServerMessage]:
        """Have one statement parsed and rewritten, not run; its notices. Raises QueryRefused."""
        self._notices = []
        outcome = _outcome(self._connection.prepare(b"", text.encode()))
        if outcome.sqlstate:
            raise QueryRefused(ServerMessage(outcome.message, "ERROR", "ERROR", outcome.sqlstate))
        return self._notices

    def parameter(self, name: str) -> str:
        """What the server reported about itself."""
        return (self._connection.parameter_status(name.encode()) or b"").decode()

    def _copy(self, result: PGresult | None, data: Callable[[], str] | None) -> Outcome:
        """One text may copy several times: libpq gives the same answer until that copy's rows are taken."""
        outcomes = []
        while result:
            if result.status == pq.ExecStatus.COPY_IN:
                self._connection.put_copy_data((data() if data else "").encode())
                self._connection.put_copy_end()
            elif result.status == pq.ExecStatus.COPY_OUT:
                while self._connection.get_copy_data(0)[0] > 0:
                    pass
            else:
                outcomes.append(_outcome(result))
            result = self._connection.get_result()
        return next((outcome for outcome in outcomes if outcome.sqlstate), outcomes[-1])

    def _noticed(self, result: PGresult) -> None:
        names = pq.DiagnosticField
        severity, detail = _field(result, names.SEVERITY), _field(result, names.MESSAGE_DETAIL)
        sqlstate = _field(result, names.SQLSTATE)
        self._notices.append(ServerMessage(_message(result), severity, severity, sqlstate, detail))

    def _with_warnings(self, outcome: Outcome, text: str) -> Outcome:
        skipped = text.lstrip().upper().startswith(_SKIPPED)
        silent = _SILENT | {"01000"} if skipped else _SILENT
        warnings = [notice.message for notice in self._notices if notice.sqlstate in silent]
        if outcome.sqlstate or not warnings:
            return replace(outcome, absent=frozenset(n.message for n in self._notices if n.message.endswith(_ABSENT)))
        return Outcome("42501", f"only a warning: {warnings[0]}", outcome.rows, outcome.columns)


def _outcome(result: PGresult) -> Outcome:
    if result.status in (pq.ExecStatus.FATAL_ERROR, pq.ExecStatus.BAD_RESPONSE):
        return Outcome(_field(result, pq.DiagnosticField.SQLSTATE) or "?", _message(result))
    columns = tuple((result.fname(n) or b"").decode() for n in range(result.nfields))
    rows = tuple(tuple(_value(result, row, n) for n in range(len(columns))) for row in range(result.ntuples))
    return Outcome("", "", rows, columns)


def _value(result: PGresult, row: int, column: int) -> str | None:
    value = result.get_value(row, column)
    return None if value is None else value.decode(errors="replace")


def _field(result: PGresult, name: pq.DiagnosticField) -> str:
    return (result.error_field(name) or b"").decode(errors="replace")


def _message(result: PGresult) -> str:
    return _field(result, pq.DiagnosticField.MESSAGE_PRIMARY)
