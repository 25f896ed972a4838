"""The audit as a whole: the metadata database row by row, the options that protect it, and the secrets backends."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from safeconduct.airflow.credential_columns import (
    COLUMNS,
    CredentialCell,
    Page,
    columns_there,
    count,
    name_of,
)
from safeconduct.airflow.embedded_tokens import MOST_DEFERRED, TASKS
from safeconduct.airflow.hiding import hiding_of
from safeconduct.airflow.metadata import SUBJECT
from safeconduct.airflow.metadata_reader import ReadFailed
from safeconduct.airflow.metadata_rows import is_set
from safeconduct.airflow.row_pages import CONNECTION_ROWS, VARIABLE_ROWS, Unread, row_pages
from safeconduct.model import Finding, Report, Unjudged
from safeconduct.secrets import Keeper, KeyState, configuration_of
from safeconduct.secrets.audit import embedded
from safeconduct.secrets.audit.cells import CellAudit
from safeconduct.secrets.audit.contents import ContentAudit
from safeconduct.secrets.audit.gathering import Gathering
from safeconduct.secrets.audit.options import options_audit
from safeconduct.secrets.audit.tls_options import options_tls
from safeconduct.secrets.census import pages_of
from safeconduct.secrets.key_findings import counted, order, unusable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime, timedelta

    from safeconduct.airflow.configuration import Configuration
    from safeconduct.airflow.credential_columns import CredentialColumn
    from safeconduct.airflow.embedded_tokens import Holder
    from safeconduct.airflow.metadata_reader import Reading, Row
    from safeconduct.airflow.row_pages import Rows
    from safeconduct.secrets.census import Census

    Progress = Callable[[int], AbstractContextManager[Callable[[int], object]]]

_NEW_IN_3 = "dag_version"
"""A table that there is since 3.0, which tells the release where no Airflow is installed here."""
_WHOLE = {"connection": CONNECTION_ROWS, "variable": VARIABLE_ROWS}
_CELLS = {"connection": (("password", 6, 10), ("extra", 8, 11)), "variable": (("val", 2, 4),)}
"""The columns of a whole row that hold tokens: the column, and the places of its text and of its flag."""
_BY_NAME = {(column.table, column.column): column for column in COLUMNS}
_MAY_LACK = frozenset({"connection_test_request"})
"""Tables that not every Airflow has."""


@dataclass(frozen=True)
class Audited:
    """What was found. `census` counts what is there, None where the database could not be opened."""

    report: Report
    place: Keeper | None = None
    census: Census | None = None


@dataclass(frozen=True)
class Asked:
    """What an audit is to look at: this configuration, with what counts in the environment, and when it is now.

    `timeout` is in seconds, for a secrets backend that keeps options.
    """

    environ: Mapping[str, str]
    timeout: float
    now: datetime
    max_age: timedelta | None
    progress: Progress


def audit(place: Keeper | Finding | Unjudged, backend_faults: Sequence[Finding | Unjudged], asked: Asked) -> Audited:
    """Look at everything. `place` is the metadata database or why there is none. Nothing is changed."""
    gathering = Gathering()
    configuration = configuration_of(asked.environ, asked.timeout)
    release = configuration.version or "" if not isinstance(configuration, Finding) else ""
    audited: _Database | None = None
    if isinstance(place, Keeper):
        audited = _Database(place, gathering, asked)
        release = audited.run(configuration) or release
    else:
        gathering.add(place)
    if not isinstance(configuration, Finding):
        gathering.add(*options_tls(configuration, asked.environ))
        gathering.add(*options_audit(configuration, release or "2.11"))
    known = gathering.report()
    gathering.add(*(fault for fault in backend_faults if fault not in (*known.findings, *known.unjudged)))
    if audited is None or audited.cells is None or not isinstance(place, Keeper):
        return Audited(gathering.report())
    return Audited(gathering.report(), place, audited.cells.census)


def _is_store(reading: Reading) -> bool:
    """Whether no Airflow has migrated this yet: a store of our own, which has no runs, and so nothing of theirs."""
    runs = ("trigger", *(table for table, _ in embedded.SOURCES))
    return not any(reading.columns(table) for table in ("alembic_version", *runs))


class _Database:
    """One walk through the metadata database."""

    def __init__(self, place: Keeper, gathering: Gathering, asked: Asked) -> None:
        self.cells: CellAudit | None = None
        self._place = place
        self._gathering = gathering
        self._asked = asked

    def run(self, configuration: Configuration | Finding) -> str:
        """Look at all of it; the release of the Airflow it belongs to, "" where it could not be opened."""
        try:
            with self._place.database.reader.open() as reading:
                columns = columns_there(reading)
                release = self._release(reading, configuration)
                total = sum(self._count(reading, column) for column in columns)
                with self._asked.progress(total) as step:
                    self._look(reading, columns, configuration, release, step)
        except ReadFailed as failure:
            self._gathering.add(self._place.database.explain(failure))
            return ""
        return release

    def _look(
        self,
        reading: Reading,
        columns: Sequence[CredentialColumn],
        configuration: Configuration | Finding,
        release: str,
        step: Callable[[int], object],
    ) -> None:
        keyring, gathering = self._place.keyring, self._gathering
        self.cells = cells = CellAudit(keyring, gathering, self._asked.now, self._asked.max_age)
        if isinstance(configuration, Finding):
            return
        contents = ContentAudit(keyring, gathering, hiding_of(configuration, release), self._asked.environ)
        for table, rows in _WHOLE.items():
            judge = contents.connection if table == "connection" else partial(self._variable, contents, reading)
            self._guarded(table, partial(self._rows, reading, rows, judge, step))
        for column in columns:
            if column.table not in _WHOLE:
                self._guarded(str(column), partial(self._column, reading, column, step))
        store = _is_store(reading)
        if not store:
            self._lacking(reading, columns)
        if keyring.state is KeyState.USABLE:
            gathering.add(*order(cells.census))
            for table, read in () if store else embedded.SOURCES:
                self._guarded(table, partial(self._embedded, reading, table, read))
        else:
            gathering.add(*unusable(cells.census, keyring))
        if contents.closed:
            words = f"no key opens {counted(contents.closed, 'extra or variable')}, so nobody can say what they hold"
            gathering.add(Unjudged(SUBJECT, words))

    @staticmethod
    def _variable(contents: ContentAudit, reading: Reading, row: Row) -> None:
        contents.variable(row, reading.word("key"))

    def _guarded(self, what: str, look: Callable[[], None]) -> None:
        """What cannot be read hides nothing else."""
        try:
            look()
        except ReadFailed as failure:
            self._gathering.add(Unjudged(f"table {what}", f"it cannot be read: {failure.words}"))

    def _rows(self, reading: Reading, rows: Rows, judge: Callable[[Row], None], step: Callable[[int], object]) -> None:
        for page in row_pages(reading, rows):
            whole = [row for row in page if not isinstance(row, Unread)]
            for unread in page:
                if isinstance(unread, Unread):
                    subject = f"{rows.table} {unread.name}"
                    self._gathering.add(Unjudged(subject, f"its row cannot be read: {unread.words}"))
            step(self._whole(rows.table, whole))
            for row in whole:
                judge(row)

    def _whole(self, table: str, rows: Sequence[Row]) -> int:
        """Judge the cells of whole rows; how many there were."""
        assert self.cells is not None
        names = {row[0] or "": row[1] or "" for row in rows}
        seen = 0
        for name, text, flag in _CELLS[table]:
            found = [CredentialCell(row[0] or "", row[text] or "", is_set(row[flag])) for row in rows if row[text]]
            self.cells.page(Page(_BY_NAME[table, name], found), names.__getitem__)
            seen += len(found)
        return seen

    def _column(self, reading: Reading, column: CredentialColumn, step: Callable[[int], object]) -> None:
        assert self.cells is not None
        for page in pages_of(reading, column):
            self.cells.page(page, partial(name_of, reading, column))
            step(len(page.cells))

    def _embedded(self, reading: Reading, table: str, read: Callable[[Reading], Iterator[Holder]]) -> None:
        assert self.cells is not None
        seen = 0
        for holder in read(reading):
            seen += 1
            embedded.judge(holder, self._place.keyring, self.cells.signatures, self._gathering)
        if table == TASKS and seen == MOST_DEFERRED:
            words = f"{MOST_DEFERRED} deferred tasks with tokens were looked at, and there may be more"
            self._gathering.add(Unjudged(f"table {table}", words))

    def _lacking(self, reading: Reading, columns: Sequence[CredentialColumn]) -> None:
        """Say of each column that was not looked at why not."""
        for column in COLUMNS:
            if column in columns or column.table in _WHOLE:
                continue
            there = reading.columns(column.table)
            if not there and column.table in _MAY_LACK:
                continue
            why = (
                "its arguments are JSON in this version, which Airflow does not encrypt" if there else "it is not there"
            )
            self._gathering.add(Unjudged(f"table {column.table}", why))

    @staticmethod
    def _count(reading: Reading, column: CredentialColumn) -> int:
        try:
            return count(reading, column)
        except ReadFailed:
            return 0  # said where the column is read

    @staticmethod
    def _release(reading: Reading, configuration: Configuration | Finding) -> str:
        known = configuration.version if not isinstance(configuration, Finding) else None
        return known or ("3.3" if reading.columns(_NEW_IN_3) else "2.11")
