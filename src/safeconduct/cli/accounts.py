"""The accounts of connections' roles: the way in as for `why`, then what the catalogs say of the role."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from safeconduct.cli.engines import LOCAL, EngineChoice, check_engine, engines_of
from safeconduct.cli.home import home_folder
from safeconduct.cli.literal import literal_survey
from safeconduct.cli.texts import read_texts
from safeconduct.cli.why import masker_of, progress_of, read_dags
from safeconduct.diagnosis import Question, Sources, insiders_of, sources_of, survey_of, walk_all
from safeconduct.diagnosis.accounts import Accounts, shared_asks
from safeconduct.model import Outcome
from safeconduct.secrets import Found

if TYPE_CHECKING:
    from safeconduct.cli.texts import Texts
    from safeconduct.diagnosis import Survey
    from safeconduct.diagnosis.dags import DagReading
    from safeconduct.masking import Masker
    from safeconduct.model import Report
    from safeconduct.model.ledger import Ledger
    from safeconduct.privileges.ledger import Wish


@dataclass(frozen=True)
class Inputs:
    """What a command was given: a connection by its id or as text, and statements in files, options, `-` or DAGs.

    With `snapshot`, a snapshot of the catalogs stands for the server, and `conn_id` is a file.
    With `real`, `admin` (or SAFECONDUCT_ADMIN_DSN) applies what the account proposes; with `shadow` "local" they dump
    the schema, in whose copy the server engine asks. `live` is consent to ask in the database itself.
    `observed` adds what pg_stat_statements has seen the role run.
    """

    conn_id: str | None
    uri: str | None
    timeout: float
    files: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    dag_folder: Path | None = None
    admin: str | None = None
    real: bool = False
    snapshot: Path | None = None
    engine: Literal["better", "server", "static"] = "better"
    shadow: str | None = None
    live: bool = False
    observed: bool = False

    @property
    def has_statements(self) -> bool:
        """Whether there is anything to judge."""
        return bool(self.files or self.statements or self.tables or self.dag_folder or self.observed)

    def texts(self) -> Texts:
        """The statements, read. Raises click.UsageError for a file that cannot be opened."""
        return read_texts(self.tables, self.statements, self.files)

    def check(self) -> None:
        """Raises click.UsageError where no connection is named, or more than one way."""
        if self.conn_id is not None and self.uri is not None:
            raise click.UsageError("--uri is a connection of its own: leave the CONN_ID out")
        if self.conn_id is None and self.uri is None and not self.dag_folder:
            raise click.UsageError("name one connection: its CONN_ID, or --uri - for one on standard input")
        if self.admin is not None and not self.asks_an_administrator:
            raise click.UsageError(
                "--admin is for --shadow local, and for --real of grant and revoke: neither is given"
            )
        check_engine(self.choice)

    @property
    def names_a_file(self) -> bool:
        """Whether a file stands where the connection's id belongs, as far as the name tells."""
        return self.conn_id is not None and Path(self.conn_id).is_file()

    @property
    def as_a_file(self) -> str:
        """What to say of it."""
        words = click.get_current_context().command_path
        return f"{self.conn_id} is a file, and no connection has that name; write: {words} CONN_ID {self.conn_id}"

    @property
    def choice(self) -> EngineChoice:
        """Who tells what is needed."""
        return EngineChoice(self.engine, self.shadow, self.live, self.timeout)

    @property
    def asks_an_administrator(self) -> bool:
        """Whether somebody else than the connection's own role has something to do."""
        return self.real or self.shadow == LOCAL


@dataclass(frozen=True)
class Told:
    """The accounts, and the report of the walks that led to them."""

    ledgers: tuple[Ledger, ...]
    report: Report
    masker: Masker

    @property
    def is_quiet(self) -> bool:
        """Whether the report says nothing beyond that every connection was let in."""
        let_in = all(walk.outcome is Outcome.IN for walk in self.report.walks)
        return let_in and not (self.report.findings or self.report.unjudged or self.report.applied)


def told_of(inputs: Inputs, wish: Wish) -> Told:
    """Walk the connections and draw up the accounts of their roles; without a CONN_ID, of all that the DAGs use."""
    inputs.check()
    home, texts = home_folder(), inputs.texts()
    named = inputs.uri is None or inputs.asks_an_administrator or inputs.shadow is not None
    sources = sources_of(os.environ, home, inputs.timeout) if named else Sources()
    reading = read_dags(inputs.dag_folder) if inputs.dag_folder else None
    survey = _survey(inputs, sources, reading)
    if inputs.names_a_file and not any(isinstance(answer, Found) for _, answer in survey.named):
        raise click.UsageError(inputs.as_a_file)
    survey = replace(survey, unjudged=(*survey.unjudged, *texts.unjudged))
    who = inputs.admin, (), sources, os.environ, home, inputs.timeout
    insiders = insiders_of(*who) if inputs.asks_an_administrator else ()
    question = Question(dict(os.environ), home, inputs.timeout, insiders=insiders)
    if inputs.real and question.administrator is None:
        raise click.UsageError("--real needs an administrator: --admin CONN, or SAFECONDUCT_ADMIN_DSN")
    shared = shared_asks(survey, sources, reading, question) if reading else {}
    untold = bool(texts.unjudged or (reading and reading.unjudged))
    engines = engines_of(inputs.choice, question, sources)
    administrator = question.administrator if inputs.real else None
    accounts = Accounts(replace(wish, asked=texts.asked), shared, administrator, untold, engines, inputs.observed)
    question = replace(question, visit=accounts.visit)
    with ExitStack() as stack, progress_of(len(survey.named)) as progress:
        for insider in insiders:
            stack.callback(insider.close)
        stack.callback(engines.close)
        report = accounts.told(walk_all(survey, question, progress))
    return Told(accounts.ledgers, report, masker_of(survey, report))


def _survey(inputs: Inputs, sources: Sources, reading: DagReading | None) -> Survey:
    if inputs.uri is not None:
        return literal_survey(inputs.uri)
    if inputs.conn_id is None:
        return survey_of((), sources, reading)
    return survey_of((inputs.conn_id,), sources, reading and reading.without_walks())
