"""`safeconduct keys lost`: what no key opens, what is left of it, and what is to be entered again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from safeconduct.cli.keeping_options import FORMAT
from safeconduct.cli.kept import keeper
from safeconduct.cli.key_census import census_of
from safeconduct.masking import Masker
from safeconduct.model import quote_literal
from safeconduct.report.keeping import document, printable
from safeconduct.secrets.lost import lost_rows
from safeconduct.secrets.pasting import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from safeconduct.secrets.census import Census
    from safeconduct.secrets.lost import LostRow

_WHAT_TO_DO = {
    "trigger": "its task waits for ever: clear it in Airflow, which takes the trigger away",
    "connection_test_request": "a test that was asked for; ask again",
}


@click.command("lost")
@FORMAT
def lost(format_: str) -> None:
    """List what no key opens, what is left of it, and how to enter it again or take it away.

    For when the key of that time is lost for good; where it is not, put it behind the one in use.
    """
    place = keeper()
    census = census_of(place.database, place.keyring.secrets, format_=format_)
    rows = lost_rows(place.database, census.named)
    masker = Masker(place.database.secrets)
    if format_ == "json":
        shown = [
            {"table": row.table, "name": row.name, "lost": row.columns, "left": _left(row, masker)} for row in rows
        ]
        click.echo(document("lost", {"database": place.database.label, "lost": shown, "not_named": _not_named(census)}))
    elif not rows:
        click.echo(f"Nothing is lost in {place.database.label}: {census.cells:,} credentials can be read.")
    else:
        click.echo("\n".join(_text(rows, masker, census)))
    raise click.exceptions.Exit(1 if rows else 0)


def _not_named(census: Census) -> int:
    return census.aside - len(census.named)


def _text(rows: Sequence[LostRow], masker: Masker, census: Census) -> list[str]:
    lines = ["No key opens these, which the key of that time would:", ""]
    for row in rows:
        left = _left(row, masker)
        tail = f"; left: {left}" if left else f"; {_WHAT_TO_DO[row.table]}" if row.table in _WHAT_TO_DO else ""
        kept = "; its other secret can be read" if row.keeps_secret else ""
        lines.append(f"  {row.table} {printable(row.name)}: {', '.join(row.columns)}{tail}{kept}")
    if more := _not_named(census):
        lines.append(f"  and {more:,} more")
    lines += ["", f"All else is there: {census.cells - census.aside:,} credentials can be read."]
    for what, table in (("connections", "connection"), ("variables", "variable")):
        # One whose name is none that can be typed is in no command.
        some = [row for row in rows if row.table == table and row.name and (row.row or table == "variable")]
        lines += _commands(what, [row.name for row in some], some, masker)
    return lines


def _commands(what: str, names: Sequence[str], rows: Sequence[LostRow], masker: Masker) -> list[str]:
    if not names:
        return []
    lines: list[str] = []
    if whole := [row for row in rows if not row.keeps_secret]:
        lines += ["", f"To enter the {what} again, each secret on standard input:", ""]
        lines += [f"    {_entering(what, row, masker)}" for row in whole]
    if half := [row for row in rows if row.keeps_secret]:
        lines += ["", "To empty what is lost in the metadata database; then enter it in Airflow, the rest stays:", ""]
        lines += [f"    {_emptying(row)}" for row in half]
    taken = _line(names)
    return [*lines, "", "Or to take them away:", "", f"    safeconduct {what} delete --real -- {taken}"]


def _entering(what: str, row: LostRow, masker: Masker) -> str:
    """What is left of a connection is entered with it; one of which all is secret is entered whole."""
    words, end = ["safeconduct", what, "add"], ["--overwrite", "--real", "--", row.name]
    if row.description:
        end = ["--description", masker.text(row.description), *end]
    kept = row.row
    if kept is None:
        return _line([*words, "--value", "-", *end])
    if len(row.columns) > 1 or not kept.conn_type:
        return _line([*words, "--uri", "-", *end])
    fields: dict[str, Any] = {"--type": kept.conn_type, "--host": kept.host, "--port": kept.port}
    fields |= {"--schema": kept.schema, "--login": kept.login}
    for option, value in fields.items():
        if value not in (None, ""):
            words += [option, masker.text(str(value))]
    return _line([*words, f"--{row.columns[0]}", "-", *end])


def _line(words: Sequence[str]) -> str:
    return " ".join(map(quoted, words))


def _emptying(row: LostRow) -> str:
    emptied = ", ".join(f"{column} = NULL" for column in row.columns)
    return f"UPDATE connection SET {emptied} WHERE conn_id = {quote_literal(row.name)};"


def _left(row: LostRow, masker: Masker) -> str:
    """What a connection still tells: its type, and where it leads."""
    kept = row.row
    if kept is None:
        return ""
    at = f"{kept.login}@{kept.host or ''}" if kept.login else kept.host
    where = f"{at or ''}{f':{kept.port}' if kept.port else ''}{f'/{kept.schema}' if kept.schema else ''}"
    return printable(masker.text(" ".join(filter(None, (kept.conn_type, where)))))
