"""`safeconduct connections lint`: what connections lose on their way elsewhere, and secrets that need not be there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from safeconduct.cli.kept import report_of, sources_asked
from safeconduct.cli.saying import say
from safeconduct.masking import masker_for
from safeconduct.model import Finding, Severity, Unjudged
from safeconduct.report import FORMATS
from safeconduct.secrets import Found, all_connections, look_up
from safeconduct.secrets.linting import lint

if TYPE_CHECKING:
    from collections.abc import Iterable

    from safeconduct.diagnosis import Sources
    from safeconduct.secrets import Answer


@click.command("lint")
@click.argument("conn_ids", metavar="[CONN_ID]...", nargs=-1)
@click.option(
    "--format", "format_", type=click.Choice(sorted(FORMATS)), default="text", show_default=True, help="How to report."
)
def lint_connections(conn_ids: tuple[str, ...], format_: str) -> None:
    """Say what connections would lose on their way to Airflow 2.x or 3.x or to another place.

    Also which secrets lie in an extra where a reference could stand, and what `connections move` would take. Without
    CONN_ID all connections there are.
    """
    sources = sources_asked(format_)
    answers = _answers(conn_ids, sources)
    found = [answer for answer in answers if isinstance(answer, Found)]
    judged = [finding for one in found for finding in lint(one.connection, one.in_row)]
    faults: Iterable[Finding | Unjudged] = (answer for answer in answers if not isinstance(answer, Found))
    report = report_of([*judged, *faults, *sources.faults])
    masker = masker_for((one.connection for one in found), sources.secrets)
    if format_ != "text":
        say(report, masker, format_)
    else:
        if report.findings or report.unjudged:
            say(report, masker, format_)
            click.echo()
        lost = len({one.subject for one in report.findings if one.severity is not Severity.NOTE})
        count = f"{len(answers)} connection{'s' * (len(answers) != 1)}"
        click.echo(f"{count} looked at; {f'something found of {lost}' if lost else 'nothing would be lost'}.")
    raise click.exceptions.Exit(report.exit_code)


def _answers(conn_ids: tuple[str, ...], sources: Sources) -> list[Answer]:
    if conn_ids:
        return [look_up(conn_id, sources.backends) for conn_id in dict.fromkeys(conn_ids)]
    return [answer for _, answer in all_connections(sources.backends, opened=True)]
