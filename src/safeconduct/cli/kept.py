"""What `connections` and `variables` share: where things are kept, plans that are dry runs, and what is recorded."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from safeconduct.airflow.dialect import Dialect
from safeconduct.airflow.installed import installed_airflow
from safeconduct.airflow.metadata_edits import Overtaken
from safeconduct.cli.given import given_text
from safeconduct.cli.home import home_folder
from safeconduct.cli.saying import STANDARD_INPUT, rule_of, say, screen_width
from safeconduct.diagnosis.sources import keeper_of, sources_of
from safeconduct.masking import Masker
from safeconduct.model import Finding, Report, Unjudged
from safeconduct.report import FORMATS
from safeconduct.report.keeping import document, plan_text, printable
from safeconduct.secrets import DEFAULT_TIMEOUT
from safeconduct.secrets.disclosure import record
from safeconduct.secrets.local_file import LARGEST, parsed
from safeconduct.secrets.place import Trouble
from safeconduct.secrets.whole_file import replaced

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from safeconduct.diagnosis import Sources
    from safeconduct.secrets import Keeper, Step
    from safeconduct.secrets.exchange import Imported
    from safeconduct.secrets.keeping import Failed
    from safeconduct.secrets.local_file import Content

TIMEOUT = DEFAULT_TIMEOUT
PATIENCE = 30.0
"""Seconds for each statement that looks at all rows, or waits for others' locks on rows and tables."""
ENDINGS = ("json", "yaml", "env")


def dialect() -> Dialect:
    """How the Airflow that is installed here reads connections; 2.x where none is."""
    return Dialect.of(installed_airflow() or "")


def keeper(plaintext: bool = False, timeout: float = TIMEOUT) -> Keeper:
    """The metadata database that is written to. Ends the command with a report where there is none."""
    found = keeper_of(os.environ, home_folder(), timeout, plaintext)
    if isinstance(found, (Finding, Unjudged)):
        refuse(found)
    return found


def sources_asked(format_: str = "text") -> Sources:
    """Where connections are looked for. Ends the command where Airflow would not come to ask any."""
    found = sources_of(os.environ, home_folder(), TIMEOUT)
    if not found.backends:
        refuse(*found.findings, *found.unjudged, format_=format_)
    return found


def refuse(*faults: Finding | Unjudged, format_: str = "text") -> NoReturn:
    """Report these, and end the command."""
    report = report_of(faults)
    say(report, Masker(report.secrets), format_)
    raise click.exceptions.Exit(report.exit_code)


def report_of(faults: Iterable[Finding | Unjudged]) -> Report:
    """They as a report."""
    faults = tuple(faults)
    findings = tuple(one for one in faults if isinstance(one, Finding))
    return Report(findings=findings, unjudged=tuple(one for one in faults if isinstance(one, Unjudged)))


def carry_out(
    keeper: Keeper,
    planned: tuple[Step, ...] | Failed,
    real: bool,
    format_: str,
    imported: Imported | None = None,
    only_good: bool = False,
) -> None:
    """Show the plan; with `real` do it. Faults of what was read keep it from being done unless `only_good`."""
    faults = imported.faults if imported else ()
    if isinstance(planned, (Finding, Unjudged)):
        refuse(planned, *faults, format_=format_)
    does = real and (not faults or only_good)
    if does:
        _do(keeper, planned)
    steps = [(step.name, step.action.value) for step in planned]
    if format_ == "json":
        shown = [{"name": name, "action": action} for name, action in steps]
        body = {"place": keeper.database.label, "done": does, "steps": shown}
        click.echo(document("plan", {**body, "faults": faults_of(report_of(faults), Masker())}))
    else:
        click.echo(plan_text(steps, keeper.database.label, does))
    if faults:
        _tell_faults(faults, real and bool(planned), only_good, format_)


def _do(keeper: Keeper, planned: Sequence[Step]) -> None:
    try:
        failed = keeper.carry_out(planned)
    except Overtaken as overtaken:
        name = printable(overtaken.name)
        raise click.ClickException(
            f"{name} was changed by somebody else at this moment; nothing was changed here: run it again"
        ) from None
    if failed is not None:
        refuse(failed)


def _tell_faults(faults: Sequence[Finding | Unjudged], real: bool, only_good: bool, format_: str) -> NoReturn:
    report = report_of(faults)
    if format_ == "text":
        click.echo()
        say(report, Masker(), format_)
        if real and not only_good:
            click.echo("Nothing was changed: --only-good takes over what can be read.", err=True)
    raise click.exceptions.Exit(report.exit_code)


def revealed(command: str, names: Iterable[str], where: str = "standard output") -> None:
    """Record that secrets are about to be shown in clear. Ends the command where that cannot be recorded."""
    try:
        path = record(os.environ, command, names, where)
    except OSError as error:
        raise click.ClickException(
            f"nothing is revealed, since it cannot be recorded: {error.filename}: {error.strerror or error}"
        ) from None
    click.echo(f"recorded in {path}", err=True)


def given_content(path: str, ending: str) -> Content | None:
    """What standard input holds, where that is imported; None for a file. Raises Trouble and click.UsageError."""
    if path != STANDARD_INPUT:
        return None
    return parsed(called(path), given_text("FILE", path, LARGEST), ending)


def called(path: str) -> str:
    """How a file that is read is named in a report."""
    return "standard input" if path == STANDARD_INPUT else path


def imported(read: Callable[[], Imported]) -> Imported:
    """What a file holds. Ends the command where nothing of it can be read."""
    try:
        return read()
    except Trouble as trouble:
        refuse(trouble.finding("import"))


def ending_of(path: str, chosen: str | None) -> str:
    """The format of a file: as chosen, or by the ending of its name. Raises click.UsageError."""
    ending = chosen or Path(path).suffix.lstrip(".").lower().replace("yml", "yaml")
    if ending not in ENDINGS:
        raise click.UsageError(f"{called(path)} ends in none of .json, .yaml and .env: say --file-format")
    return ending


def is_standard_output(path: str) -> bool:
    """Whether a file's name stands for standard output: `-`, or what a system calls it."""
    return path == STANDARD_INPUT or path in ("/dev/stdout", "/dev/fd/1", "/proc/self/fd/1")


def written_where(path: str) -> str:
    """What is recorded of where secrets went."""
    return "standard output" if is_standard_output(path) else str(Path(path).absolute())


def write_out(path: str, text: str) -> None:
    """Write a file anew, whole or not at all, for its owner alone; `-` is standard output.

    What a link leads to is replaced. Raises click.ClickException, also for what is there and no plain file.
    """
    if is_standard_output(path):
        click.echo(text, nl=False)
        return
    target = Path(os.path.realpath(path))
    if os.path.lexists(target) and not target.is_file():
        raise click.ClickException(f"{path} is there, and is no plain file: nothing is written to it")
    try:
        replaced(str(target), text, for_group=False)
    except OSError as error:
        raise click.ClickException(f"{path} could not be written: {error.strerror or error}") from None
    click.echo(f"written to {path}, for its owner alone", err=True)


def told(report: Report, masker: Masker, format_: str = "text") -> None:
    """Say what is wrong beside what was shown, and end with its exit code; nothing where nothing is.

    It goes to standard error, since what was shown may be read by a program; in JSON it has been said.
    """
    if report.findings or report.unjudged:
        if format_ == "text":
            text = FORMATS["text"](report, masker, width=screen_width(), colour=False, rule_of=rule_of)
            click.echo(f"\n{text}", err=True)
        raise click.exceptions.Exit(report.exit_code)


def faults_of(report: Report, masker: Masker) -> list[dict[str, str]]:
    """The same for JSON: of what, and why."""
    found = [{"name": one.subject, "why": masker.text(one.message)} for one in report.findings]
    return found + [{"name": one.subject, "why": masker.text(one.reason)} for one in report.unjudged]
