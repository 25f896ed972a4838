"""The accounts of connections' roles: the way in as for `why`, then what the catalogs say of the role."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from safeconduct.cli.literal import literal_survey
from safeconduct.cli.why import asked_of, home_folder, masker_of, progress_of, say
from safeconduct.diagnosis import Question, Sources, sources_of, survey_of, walk_all
from safeconduct.diagnosis.accounts import Accounts

if TYPE_CHECKING:
    from typing import NoReturn

    from safeconduct.masking import Masker
    from safeconduct.model import Report
    from safeconduct.model.ledger import Ledger
    from safeconduct.privileges import Asked
    from safeconduct.privileges.ledger import Wish


@dataclass(frozen=True)
class Inputs:
    """What a command was given: one connection by its id or as text, and statements in files, options, or `-`."""

    conn_id: str | None
    uri: str | None
    files: tuple[str, ...]
    statements: tuple[str, ...]
    tables: tuple[str, ...]
    timeout: float

    @property
    def has_statements(self) -> bool:
        """Whether there is anything to judge."""
        return bool(self.files or self.statements or self.tables)

    def asked(self) -> tuple[Asked, ...]:
        """The statements, read. Raises click.UsageError for text that is no SQL, with file, line and column."""
        options = [("--sql", text) for text in self.statements]
        return asked_of(self.tables, [*options, *((_called(name), _read(name)) for name in self.files)])


def accounts_of(inputs: Inputs, wish: Wish) -> tuple[Report, Masker, tuple[Ledger, ...]]:
    """Walk the connection and draw up the account of its role."""
    if (inputs.conn_id is None) == (inputs.uri is None):
        raise click.UsageError("name one connection: its CONN_ID, or --uri - for one on standard input")
    home = home_folder()
    sources = sources_of(os.environ, home, inputs.timeout) if inputs.uri is None else Sources()
    survey = survey_of((inputs.conn_id or "",), sources) if inputs.uri is None else literal_survey(inputs.uri)
    accounts = Accounts(replace(wish, asked=inputs.asked()))
    question = Question(dict(os.environ), home, inputs.timeout, visit=accounts.visit)
    with progress_of(len(survey.named)) as progress:
        report = accounts.told(walk_all(survey, question, progress))
    return report, masker_of(survey, report), accounts.ledgers


def show_refusal(report: Report, masker: Masker, format_: str) -> NoReturn:
    """Where the connection is not let in, there is no account: the report of the walk says why."""
    say(report, masker, format_)
    raise click.exceptions.Exit(report.exit_code)


def _called(name: str) -> str:
    return "standard input" if name == "-" else name


def _read(name: str) -> str:
    try:
        octets = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return octets.decode("utf-8-sig")
    except OSError as error:
        raise click.UsageError(f"{_called(name)} cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        odd = f"byte {error.start + 1} is {error.object[error.start]:#04x}"
        raise click.UsageError(f"{_called(name)} is not UTF-8 text: {odd}") from None
