"""`safeconduct why`: walk connections and say what turns them away."""

from __future__ import annotations

import math
import os
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from safeconduct.cli.engines import EngineChoice, check_engine, engine_options, engines_of
from safeconduct.cli.home import home_folder
from safeconduct.cli.literal import literal_survey
from safeconduct.cli.saying import say
from safeconduct.cli.texts import read_texts
from safeconduct.diagnosis import (
    DEFAULT_TIMEOUT,
    Question,
    Sources,
    Survey,
    insiders_of,
    sources_of,
    survey_of,
    walk_all,
)
from safeconduct.masking import masker_for
from safeconduct.postgres.memory import AddressMemory
from safeconduct.report import FORMATS
from safeconduct.secrets import Found

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from safeconduct.diagnosis.dags import DagReading
    from safeconduct.diagnosis.engines import Name
    from safeconduct.diagnosis.survey import Reading
    from safeconduct.diagnosis.task_log import LogReading
    from safeconduct.masking import Masker
    from safeconduct.model import Report


class Seconds(click.FloatRange):
    """A number of seconds. FloatRange lets nan pass, which is neither too small nor too large."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number; `fail` for what is none."""
        seconds: float = super().convert(value, param, ctx)
        if math.isnan(seconds):
            self.fail(f"{value!r} is no number of seconds.", param, ctx)
        return seconds


SECONDS = Seconds(min=0, min_open=True, max=3600)
"""How long to wait for an address."""


@click.command("why")
@click.argument("conn_ids", metavar="[CONN_ID]...", nargs=-1)
@click.option("--uri", metavar="-", help="Walk the connection whose URI or JSON is read from standard input.")
@click.option(
    "--table",
    "tables",
    multiple=True,
    metavar="S.T:PRIVILEGE,...",
    help="Ask for these privileges as well, such as sales.orders:SELECT,INSERT.",
)
@click.option("--sql", "statements", multiple=True, metavar="TEXT", help="Ask for what this SQL needs as well.")
@click.option(
    "--admin", metavar="CONN", help="Ask this administrator, a conn_id or a pg_service, what the client is not told."
)
@click.option(
    "--server-log",
    "logs",
    multiple=True,
    metavar="FILE",
    type=click.Path(exists=True, path_type=Path),
    help="Look into PostgreSQL's log, a file or a folder, for what the client is not told.",
)
@click.option(
    "--log",
    "task_log",
    metavar="FILE",
    type=click.Path(exists=True, path_type=Path),
    help="Walk the connections whose failures stand in this log of an Airflow task, and ask for what was refused.",
)
@click.option(
    "--dags",
    "dag_folder",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Walk the connections that the DAGs in this folder send SQL to, and ask for what that needs.",
)
@click.option("--real", is_flag=True, help="Let the administrator apply the remedies that are SQL, and walk again.")
@engine_options
@click.option(
    "--format", "format_", type=click.Choice(sorted(FORMATS)), default="text", show_default=True, help="How to report."
)
@click.option(
    "--timeout",
    type=SECONDS,
    default=DEFAULT_TIMEOUT,
    show_default=True,
    help="Seconds to wait for each address.",
)
def command(
    conn_ids: tuple[str, ...],
    uri: str | None,
    tables: tuple[str, ...],
    statements: tuple[str, ...],
    admin: str | None,
    logs: tuple[Path, ...],
    task_log: Path | None,
    dag_folder: Path | None,
    real: bool,
    engine: Name,
    shadow: str | None,
    live: bool,
    format_: str,
    timeout: float,
) -> None:
    """Say why a connection cannot get into PostgreSQL, and what exactly lets it in.

    Without CONN_ID all PostgreSQL connections are walked. Nothing is changed anywhere without --real, and each walk
    tries to log in once.
    """
    if uri is not None and (conn_ids or task_log or dag_folder):
        raise click.UsageError("--uri walks one connection of its own: leave the CONN_ID, --log and --dags out")
    if task_log and dag_folder:
        raise click.UsageError("--log and --dags both say what to walk: give one of them")
    choice = EngineChoice(engine, shadow, live, timeout)
    check_engine(choice)
    texts = read_texts(tables, statements)
    home = home_folder()
    sources = (
        sources_of(os.environ, home, timeout) if uri is None or admin is not None or shadow is not None else Sources()
    )
    reading = _reading(task_log, dag_folder, conn_ids, sources)
    survey = survey_of(conn_ids, sources, reading) if uri is None else literal_survey(uri)
    survey = replace(survey, unjudged=(*survey.unjudged, *texts.unjudged))
    question = Question(
        dict(os.environ),
        home,
        timeout,
        texts.asked,
        reading.asked if reading else {},
        insiders_of(admin, logs, sources, os.environ, home, timeout),
        real,
    )
    if real and question.administrator is None:
        raise click.UsageError("--real needs an administrator: --admin CONN, or SAFECONDUCT_ADMIN_DSN")
    engines = engines_of(choice, question, sources)
    question = replace(question, engines=engines)
    with ExitStack() as stack:
        stack.callback(engines.close)
        for insider in question.insiders:
            stack.callback(insider.close)
        report = _walked(survey, question)
        if any(not one.failed for one in report.applied):
            report = _again(survey, question, report, format_)
    say(report, masker_of(survey, report), format_)
    raise click.exceptions.Exit(report.exit_code)


def _walked(survey: Survey, question: Question) -> Report:
    with progress_of(len(survey.named)) as progress:
        return walk_all(survey, question, progress)


def _again(survey: Survey, question: Question, first: Report, format_: str) -> Report:
    """The report of a second walk. A person sees the first one as well; a program gets one document."""
    if format_ == "text":
        say(replace(first, applied=()), masker_of(survey, first), format_)
        click.echo()
    second = _walked(survey, replace(question, real=False, memory=AddressMemory()))
    return replace(second, applied=first.applied)


def read_dags(folder: Path) -> DagReading:
    """What the DAGs in the folder ask for."""
    from safeconduct.diagnosis.dags import read_dag_folder  # seldom asked for

    return read_dag_folder(folder, os.environ)


def _reading(
    task_log: Path | None, dag_folder: Path | None, conn_ids: tuple[str, ...], sources: Sources
) -> Reading | None:
    """What a log or a folder of DAGs asks for; where connections are named, only these are walked for DAGs."""
    if dag_folder is None:
        return _read(task_log, sources)
    reading = read_dags(dag_folder)
    return reading.without_walks() if conn_ids else reading


def _read(task_log: Path | None, sources: Sources) -> LogReading | None:
    if task_log is None:
        return None
    from safeconduct.diagnosis.task_log import read_task_log  # seldom asked for

    return read_task_log(task_log, sources)


def masker_of(survey: Survey, report: Report) -> Masker:
    """Hides the secrets of these connections and of the run."""
    return masker_for((answer.connection for _, answer in survey.named if isinstance(answer, Found)), report.secrets)


@contextmanager
def progress_of(count: int) -> Iterator[Callable[[], object]]:
    """A bar on the terminal where several walks are under way; it leaves nothing behind."""
    if count < 2 or not sys.stderr.isatty():
        yield lambda: None
        return
    with click.progressbar(length=count, label="walking", file=sys.stderr, show_pos=True) as bar:
        yield lambda: bar.update(1)
