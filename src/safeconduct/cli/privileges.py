"""`safeconduct privileges`: what the role of a connection needs, holds, lacks, and has too much of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from safeconduct.cli.accounts import Inputs, accounts_of, show_refusal
from safeconduct.cli.why import SECONDS, colour, screen_width
from safeconduct.diagnosis import DEFAULT_TIMEOUT
from safeconduct.model import ExitCode, Severity
from safeconduct.privileges.ledger import Wish
from safeconduct.report.ledger_json import render_ledgers_json
from safeconduct.report.ledger_sql import render_grants, render_revocations
from safeconduct.report.ledger_text import render_ledgers

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn

    from safeconduct.masking import Masker
    from safeconduct.model.ledger import Ledger

    Command = Callable[..., Any]


@click.group("privileges")
def group() -> None:
    """Tell what the role of a connection needs, holds, lacks, and has too much of.

    Nothing is changed and no statement of yours is run: the database's catalogs are read, as the connection's role.
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
        click.option("--sql", "statements", multiple=True, metavar="TEXT", help="The statements in this text."),
        click.argument("files", metavar="[FILE]...", nargs=-1),
        click.argument("conn_id", metavar="CONN_ID", required=False),
    ):
        command = decorate(command)
    return _connection(command)


@group.command("held")
@click.argument("conn_id", metavar="CONN_ID", required=False)
@click.option("--role", metavar="ROLE", default="", help="Tell of this role instead of the connection's own.")
@_connection
def held(conn_id: str | None, role: str, uri: str | None, format_: str, timeout: float) -> None:
    """Tell everything that the role holds, and how it came by it."""
    _show(Inputs(conn_id, uri, (), (), (), timeout), Wish(held=True, role=role), format_)


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
@_statements
def grant(format_: str, to: str, **given: Any) -> None:
    """Print the SQL that gives the role what is missing, and nothing more."""
    _show(_inputs(given), Wish(missing=True, to=to), format_, render_grants)


@group.command("revoke")
@_statements
def revoke(format_: str, **given: Any) -> None:
    """Print the SQL that takes from the role what the statements do not need; what would break is named first."""
    _show(_inputs(given), Wish(excess=True), format_, render_revocations)


def _inputs(given: dict[str, Any]) -> Inputs:
    return Inputs(**given)


def _show(
    inputs: Inputs, wish: Wish, format_: str, as_sql: Callable[[tuple[Ledger, ...], Masker], str] | None = None
) -> NoReturn:
    """Print the accounts and end; where the connection was not let in, the report of its walk instead."""
    if not (wish.held or inputs.has_statements):
        raise click.UsageError("give the statements to judge: FILE, - for standard input, --sql or --table")
    report, masker, ledgers = accounts_of(inputs, wish)
    if not ledgers:
        show_refusal(report, masker, format_)
    if format_ == "json":
        click.echo(render_ledgers_json(ledgers, masker))
    elif as_sql is not None:
        click.echo(as_sql(ledgers, masker))
    else:
        click.echo(render_ledgers(ledgers, masker, width=screen_width(), colour=colour()), color=colour())
    raise click.exceptions.Exit(_code(ledgers))


def _code(ledgers: tuple[Ledger, ...]) -> ExitCode:
    """FOUND for what is missing or too much, and for names that mean nothing; else UNJUDGED where something is."""
    if any(
        one.missing or one.revocations or any(f.severity is not Severity.NOTE for f in one.findings) for one in ledgers
    ):
        return ExitCode.FOUND
    return ExitCode.UNJUDGED if any(one.unjudged for one in ledgers) else ExitCode.WELL
