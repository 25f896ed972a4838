"""`safeconduct variables`: Airflow's variables in the metadata database, and changes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from safeconduct.cli.given import given_text
from safeconduct.cli.keeping_options import FILE_FORMAT, FORMAT, REAL, REVEAL, importing, putting
from safeconduct.cli.kept import (
    called,
    carry_out,
    ending_of,
    faults_of,
    given_content,
    imported,
    is_standard_output,
    keeper,
    refuse,
    report_of,
    revealed,
    sources_asked,
    told,
    write_out,
    written_where,
)
from safeconduct.cli.moving import move_variables
from safeconduct.masking import Masker
from safeconduct.model import MASK, Finding, Secret, Unjudged
from safeconduct.report.keeping import aligned, document, printable
from safeconduct.secrets import look_up_variable
from safeconduct.secrets.exchange import fault_of_variable, fits_on_a_line, read_variables, variables_as
from safeconduct.secrets.variables import Variable

if TYPE_CHECKING:
    from safeconduct.secrets import Keeper


@click.group("variables")
def group() -> None:
    """Show and change Airflow's variables in the metadata database.

    Nothing is changed without --real, and no value is shown without --reveal.
    """


group.add_command(move_variables)


@group.command("list")
@FORMAT
def list_(format_: str) -> None:
    """List all variables, without their values."""
    place = keeper()
    good, faults = _opened(place)
    if format_ == "json":
        shown = [{"key": one.key, "value": MASK, "description": _told(one)} for one in good]
        click.echo(document("variables", {"variables": shown, "faults": [one.reason for one in faults]}))
    elif good:
        lines = (tuple(map(printable, (one.key, MASK, _told(one) or ""))) for one in good)
        click.echo(aligned([("KEY", "VALUE", "DESCRIPTION"), *lines]))
    else:
        click.echo(f"There are no variables in {place.database.label}.")
    told(report_of(faults), Masker(), format_)


@group.command("get")
@click.argument("key", metavar="KEY")
@REVEAL
@FORMAT
def get(key: str, reveal: bool, format_: str) -> None:
    """Say where Airflow takes a variable from; with --reveal print its value, and nothing else on standard output."""
    sources = sources_asked(format_)
    found = look_up_variable(key, sources.backends)
    if isinstance(found, (Finding, Unjudged)):
        refuse(found, *sources.faults, format_=format_)
    if found is None:
        asked = ", then ".join(backend.place for backend in sources.backends)
        raise click.ClickException(f"there is no variable {printable(key)} in {asked}")
    if reveal:
        revealed("variables get", [key])
    value = found.variable.value.reveal() if reveal else MASK
    report, masker = report_of([*found.faults, *sources.faults]), Masker(sources.secrets)
    if format_ == "json":
        shown = {
            "key": key,
            "value": value,
            "description": found.variable.description if reveal else _told(found.variable),
            "kept_in": found.where,
        }
        click.echo(document("variable", {"variable": shown, "faults": faults_of(report, masker)}))
    else:
        click.echo(value)
        click.echo(f"kept in {printable(found.where)}", err=True)
    told(report, masker, format_)


@group.command("add")
@click.argument("key", metavar="KEY")
@click.option("--value", metavar="-", required=True, help="Read from standard input.")
@click.option("--description", metavar="TEXT")
@putting
def add(
    key: str, value: str, description: str | None, overwrite: bool, plaintext: bool, real: bool, format_: str
) -> None:
    """Put one variable into the metadata database, sealed with the Fernet key."""
    variable = Variable(key, Secret(given_text("--value", value)), description)
    if fault := fault_of_variable(variable):
        raise click.UsageError(fault.reason)
    place = keeper(plaintext)
    carry_out(place, place.put_variables([variable], overwrite), real, format_)


@group.command("delete")
@click.argument("keys", metavar="KEY...", nargs=-1, required=True)
@REAL
@FORMAT
def delete(keys: tuple[str, ...], real: bool, format_: str) -> None:
    """Take variables out of the metadata database; one that no key opens as well."""
    place = keeper()
    carry_out(place, place.delete_variables(keys), real, format_)


@group.command("import")
@importing
def import_(path: str, file_format: str | None, format_: str, **given: Any) -> None:
    """Put the variables of a file (.json, .yaml, .env), as Airflow exports them, into the metadata database."""
    ending = ending_of(path, file_format)
    found = imported(lambda: read_variables(called(path), ending, given_content(path, ending)))
    place = keeper(given["plaintext"])
    planned = place.put_variables(found.variables, given["overwrite"])
    carry_out(place, planned, given["real"], format_, found, given["only_good"])


@group.command("export")
@click.argument("path", metavar="FILE", default="-")
@FILE_FORMAT
@REVEAL
def export(path: str, file_format: str | None, reveal: bool) -> None:
    """Write all variables to a file (.json, .yaml, .env), or to standard output; without --reveal values are hidden."""
    ending = "json" if is_standard_output(path) and file_format is None else ending_of(path, file_format)
    good, faults = _opened(keeper())
    if reveal:
        revealed("variables export", [one.key for one in good], written_where(path))
    else:
        good = [Variable(one.key, Secret(MASK), _told(one)) for one in good]
    write_out(path, variables_as(good, ending))
    left = [one for one in good if ending == "env" and not fits_on_a_line(one)]
    faults += [
        Unjudged(one.key, "an .env file cannot hold it, whose key or value is no part of a line") for one in left
    ]
    told(report_of(faults), Masker())


def _told(variable: Variable) -> str | None:
    return Masker().told(variable.description) if variable.description else variable.description


def _opened(place: Keeper) -> tuple[list[Variable], list[Unjudged]]:
    """Those that a key opens, and why others are not. Ends the command where the database cannot be read."""
    found = place.variables()
    if isinstance(found, (Finding, Unjudged)):
        refuse(found)
    good = [one for one in found if isinstance(one, Variable)]
    return good, [one for one in found if isinstance(one, Unjudged)]
