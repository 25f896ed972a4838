"""`safeconduct privileges`: what the role of a connection needs, holds, lacks, and has too much of."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from safeconduct.cli.accounts import Inputs, Told, told_of
from safeconduct.cli.engines import engine_options
from safeconduct.cli.saying import colour, say, screen_width
from safeconduct.cli.snapshots import take_snapshot, told_offline
from safeconduct.cli.why import SECONDS
from safeconduct.diagnosis import DEFAULT_TIMEOUT
from safeconduct.model import ExitCode, Outcome, Severity
from safeconduct.privileges.ledger import Wish
from safeconduct.report.ledger_json import render_ledgers_json
from safeconduct.report.ledger_sql import render_grants, render_revocations
from safeconduct.report.ledger_text import render_ledgers

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

    from safeconduct.masking import Masker
    from safeconduct.model import Report
    from safeconduct.model.ledger import Ledger

    Command = Callable[..., Any]
    AsSql = Callable[[tuple[Ledger, ...], Report, Masker], str]


@click.group("privileges")
def group() -> None:
    """Tell what the role of a connection needs, holds, lacks, and has too much of.

    No statement of yours is run: the database's catalogs are read, as the connection's role. Nothing is changed but by
    grant and revoke with --real.
    """


def _connection(command: Command) -> Command:
    """What every one of these commands takes."""
    for decorate in (
        click.option(
            "--timeout",
            type=SECONDS,
            default=DEFAULT_TIMEOUT,
            show_default=True,
            help="Seconds to wait for each address.",
        ),
        click.option(
            "--format",
            "format_",
            type=click.Choice(["json", "text"]),
            default="text",
            show_default=True,
            help="How to report.",
        ),
        click.option("--uri", metavar="-", help="The connection whose URI or JSON is read from standard input."),
    ):
        command = decorate(command)
    return command


def _statements(command: Command) -> Command:
    """What those take that judge statements."""
    for decorate in (
        click.option(
            "--table",
            "tables",
            multiple=True,
            metavar="S.T:PRIVILEGE,...",
            help="These privileges, such as sales.orders:SELECT,INSERT.",
        ),
        click.option(
            "--dags",
            "dag_folder",
            metavar="DIR",
            type=click.Path(exists=True, file_okay=False, path_type=Path),
            help="The SQL in this folder of DAGs; without CONN_ID, for all connections that it goes to.",
        ),
        click.option(
            "--snapshot",
            metavar="FILE",
            type=click.Path(path_type=Path),
            help="Judge by this snapshot of the catalogs, without CONN_ID and server.",
        ),
        click.option("--observed", is_flag=True, help="What the role has run, by pg_stat_statements."),
        click.option("--admin", metavar="CONN", help="The administrator, a conn_id or a pg_service."),
        click.option("--sql", "statements", multiple=True, metavar="TEXT", help="The statements in this text."),
        click.argument("files", metavar="[FILE]...", nargs=-1),
        click.argument("conn_id", metavar="CONN_ID", required=False),
    ):
        command = decorate(command)
    return _connection(engine_options(command))


def _applied(command: Command) -> Command:
    """What those take that can change something."""
    for decorate in (
        click.option("--real", is_flag=True, help="Let the administrator run it; kept only if all needs are met then."),
    ):
        command = decorate(command)
    return _statements(command)


@group.command("held")
@click.argument("conn_id", metavar="CONN_ID", required=False)
@click.option("--role", metavar="ROLE", default="", help="Tell of this role instead of the connection's own.")
@_connection
def held(conn_id: str | None, role: str, uri: str | None, format_: str, timeout: float) -> None:
    """Tell everything that the role holds, and how it came by it."""
    _show(Inputs(conn_id, uri, timeout), Wish(held=True, role=role), format_)


@group.command("needed")
@_statements
def needed(format_: str, **given: Any) -> None:
    """Tell what the statements in FILEs (- for standard input) need, and why."""
    _show(_inputs(given), Wish(needed=True), format_)


@group.command("missing")
@_statements
def missing(format_: str, **given: Any) -> None:
    """Tell what the statements need and the role does not hold."""
    _show(_inputs(given), Wish(missing=True), format_)


@group.command("excess")
@_statements
def excess(format_: str, **given: Any) -> None:
    """Tell what the role holds and the statements do not need."""
    _show(_inputs(given), Wish(excess=True), format_)


@group.command("grant")
@click.option("--to", metavar="ROLE", default="", help="Write the grants for this role, such as a group.")
@_applied
def grant(format_: str, to: str, **given: Any) -> None:
    """Print the SQL that gives the role what is missing, and nothing more."""
    _show(_inputs(given), Wish(missing=True, to=to), format_, render_grants)


@group.command("revoke")
@_applied
def revoke(format_: str, **given: Any) -> None:
    """Print the SQL that takes from the role what the statements do not need; what would break is named first."""
    _show(_inputs(given), Wish(needed=True, excess=True), format_, render_revocations)


@group.command("snapshot")
@click.argument("conn_id", metavar="CONN_ID", required=False)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write it, readable for you alone; without it, to standard output.",
)
@click.option("--timeout", type=SECONDS, default=DEFAULT_TIMEOUT, show_default=True, help="Seconds for each address.")
@click.option("--uri", metavar="-", help="The connection whose URI or JSON is read from standard input.")
def snapshot(conn_id: str | None, output: Path | None, timeout: float, uri: str | None) -> NoReturn:
    """Write down what the catalogs say: names, definitions and access lists, no rows and no passwords.

    The other commands judge by it with --snapshot.
    """
    raise click.exceptions.Exit(take_snapshot(Inputs(conn_id, uri, timeout), output))


def _inputs(given: dict[str, Any]) -> Inputs:
    return Inputs(**given)


def _show(inputs: Inputs, wish: Wish, format_: str, as_sql: AsSql | None = None) -> NoReturn:
    """Print the accounts and end; the walks that led to none are told by their report."""
    if not (wish.held or inputs.has_statements or (inputs.snapshot and inputs.conn_id)):
        if inputs.names_a_file:
            raise click.UsageError(inputs.as_a_file)
        raise click.UsageError(
            "give the statements to judge: FILE, - for standard input, --sql, --table, --dags or --observed"
        )
    told = told_offline(inputs, wish, inputs.snapshot) if inputs.snapshot else told_of(inputs, wish)
    if format_ == "json":
        click.echo(render_ledgers_json(told.ledgers, told.report, told.masker))
    elif as_sql is not None:
        click.echo(as_sql(told.ledgers, told.report, told.masker))
    else:
        _say_all(told)
    raise click.exceptions.Exit(_code(told))


def _say_all(told: Told) -> None:
    text = render_ledgers(told.ledgers, told.masker, width=screen_width(), colour=colour())
    if text:
        click.echo(text, color=colour())
    if not told.is_quiet:
        click.echo("\n" if text else "", nl=False)
        # The accounts of those let in stand above.
        walks = tuple(walk for walk in told.report.walks if walk.outcome is not Outcome.IN)
        say(replace(told.report, walks=walks), told.masker, "text")


def _code(told: Told) -> ExitCode:
    """FOUND for what is missing or too much, and for names that mean nothing; else UNJUDGED where something is."""
    codes = {told.report.exit_code, *(_code_of(ledger) for ledger in told.ledgers)}
    return next(code for code in (ExitCode.FOUND, ExitCode.UNJUDGED, ExitCode.WELL) if code in codes)


def _code_of(ledger: Ledger) -> ExitCode:
    serious = any(finding.severity is not Severity.NOTE for finding in ledger.findings)
    if ledger.missing or ledger.revocations or serious:
        return ExitCode.FOUND
    return ExitCode.UNJUDGED if ledger.unjudged else ExitCode.WELL
