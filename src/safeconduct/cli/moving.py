"""`safeconduct connections move` and `safeconduct variables move`: credentials into a secrets backend, and back."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

import click

from safeconduct.airflow.metadata_edits import Overtaken
from safeconduct.cli.given import given_text
from safeconduct.cli.keeping_options import putting
from safeconduct.cli.kept import TIMEOUT, dialect, faults_of, keeper, refuse, report_of, told
from safeconduct.masking import Masker, is_secret_key
from safeconduct.model import Finding, Unjudged
from safeconduct.report.keeping import document, printable
from safeconduct.report.moving import moving_text
from safeconduct.secrets import configuration_of
from safeconduct.secrets.movable import Movable, MovableConnections, MovableVariables
from safeconduct.secrets.moving import Fate, Mover, Wishes
from safeconduct.secrets.moving_place import TARGETS, Target, target_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from safeconduct.secrets import Keeper
    from safeconduct.secrets.moving import Moved

    Command = Callable[..., None]

_LEFT_ALONE = (Fate.DIFFERS, Fate.POORER, Fate.HIDDEN, Fate.ABSENT)


def _options(command: Command) -> Command:
    options = (
        click.option("--all", "all_", is_flag=True, help="All that have a row in the metadata database."),
        click.option("--to", type=click.Choice(list(TARGETS)), help="Where; without, the configured secrets backend."),
        click.option(
            "--backend-kwargs", metavar="JSON", help="Options of the backend, as [secrets] has them; - reads them."
        ),
        click.option("--back", is_flag=True, help="Fetch them from the backend into the metadata database again."),
        click.option("--delete-row", is_flag=True, help="Delete the row, in place of emptying it."),
        click.option("--delete-record", is_flag=True, help="With --back, delete the record once the row is read back."),
    )
    command = putting(command)
    for option in reversed(options):
        command = option(command)
    return command


@click.command("move")
@click.argument("conn_ids", metavar="[CONN_ID]...", nargs=-1)
@_options
def move_connections(conn_ids: tuple[str, ...], **given: Any) -> None:
    """Move credentials from the metadata database into a secrets backend, or back.

    The whole connection is written there and read back; then its row loses the password and what is secret in the
    extra. Another record that is there already is left as it is.
    """
    _move(conn_ids, MovableConnections, **given)


@click.command("move")
@click.argument("keys", metavar="[KEY]...", nargs=-1)
@_options
def move_variables(keys: tuple[str, ...], **given: Any) -> None:
    """Move the values of variables from the metadata database into a secrets backend, or back.

    The value is written there and read back; then its row is deleted. Another record that is there already is left as
    it is.
    """
    if given["all_"] and given["back"]:
        raise click.UsageError("name the variables that are to come back: their rows were deleted, and tell nothing")
    _move(keys, MovableVariables, **given)


def _move(
    names: tuple[str, ...],
    kind: Callable[..., Movable[Any, Any]],
    *,
    all_: bool,
    to: str | None,
    backend_kwargs: str | None,
    back: bool,
    delete_row: bool,
    delete_record: bool,
    overwrite: bool,
    plaintext: bool,
    real: bool,
    format_: str,
) -> None:
    _check(names, all_, back, delete_row, delete_record)
    target = _target(to, backend_kwargs, format_)
    place = keeper(plaintext)
    mover = Mover(place, target.source, kind(place, dialect(), os.environ))
    wishes = Wishes(names, overwrite, delete_record if back else delete_row)
    planned = mover.plan_back(wishes) if back else mover.plan(wishes)
    if isinstance(planned, (Finding, Unjudged)):
        refuse(planned, format_=format_)
    done = _done(mover.carry_out_back if back else mover.carry_out, planned, place) if real else planned
    _show(_Told(done, target, place, back, real, *_tasks(mover, target, done)), format_)


def _check(names: tuple[str, ...], all_: bool, back: bool, delete_row: bool, delete_record: bool) -> None:
    if bool(names) == all_:
        raise click.UsageError("name what to move, or say --all")
    if delete_row and back:
        raise click.UsageError("--delete-row is for the way there; the way back fills the row")
    if delete_record and not back:
        raise click.UsageError("--delete-record is for the way --back")


def _target(to: str | None, kwargs: str | None, format_: str) -> Target:
    """The place in the backend. Ends the command where there is none."""
    if kwargs == "-" or (kwargs is not None and _holds_secret(kwargs)):
        kwargs = given_text("--backend-kwargs", kwargs)
    configuration = configuration_of(os.environ, TIMEOUT)
    if isinstance(configuration, Finding):
        refuse(configuration, format_=format_)
    target = target_of(configuration, os.environ, TIMEOUT, to, kwargs)
    if isinstance(target, (Finding, Unjudged)):
        refuse(target, format_=format_)
    return target


def _holds_secret(text: str) -> bool:
    """Whether options on the command line may hold a secret: by their names, or since nobody can tell."""
    try:
        values = json.loads(text)
    except ValueError:
        return True
    return not isinstance(values, dict) or any(is_secret_key(name) and value for name, value in values.items())


def _done(carry_out: Callable[[Moved], Moved], planned: Moved, place: Keeper) -> Moved:
    try:
        return carry_out(planned)
    except Overtaken as overtaken:
        name = printable(overtaken.name)
        raise click.ClickException(
            f"{name} was changed by somebody else at this moment; no row of {place.database.label} was changed here: "
            "run it again"
        ) from None


@dataclass(frozen=True)
class _Told:
    """What is to be told of a move."""

    moved: Moved
    target: Target
    place: Keeper
    back: bool
    real: bool
    tasks: str
    """What tasks take instead, in a sentence."""
    fault: Finding | Unjudged | None
    """Why that is not known."""

    @property
    def changed(self) -> bool:
        """Whether anything was or would be written."""
        return any(move.fate.changes for move in self.moved.moves)


def _tasks(mover: Mover, target: Target, moved: Moved) -> tuple[str, Finding | Unjudged | None]:
    """Tasks of Airflow 3 ask the workers' own backend first, and the API server, which asks the other, after it."""
    if target.tasks_ask is None:
        return "", None
    others, fault = mover.others_at(target.tasks_ask, moved)
    names = ", ".join(map(printable, others))
    place = target.tasks_ask.place
    return f"Tasks take another one from {place} ([workers] secrets_backend): {names}." if others else "", fault


def _show(told_: _Told, format_: str) -> NoReturn:
    moved, target = told_.moved, told_.target
    secrets = target.tasks_ask.secrets if target.tasks_ask else ()
    masker = Masker((*target.source.secrets, *told_.place.database.secrets, *secrets))
    ends = (told_.place.database.label, target.source.place.label)
    whence, where = reversed(ends) if told_.back else ends
    steps = [(move.name, move.fate.value) for move in moved.moves]
    report = report_of([*moved.faults, *([told_.fault] if told_.fault else [])])
    if format_ == "json":
        shown = [{"name": one.name, "action": one.fate.value, "stays": list(one.stays)} for one in moved.moves]
        body = {"from": whence, "to": where, "done": told_.real, "steps": shown, "faults": faults_of(report, masker)}
        click.echo(
            document("moving", {**body, "configuration": target.lines.text or None, "tasks": told_.tasks or None})
        )
    else:
        click.echo(moving_text(steps, whence, where, told_.real))
        _hint(told_)
    told(report, masker, format_)
    raise click.exceptions.Exit(1 if any(move.fate in _LEFT_ALONE for move in moved.moves) else 0)


def _hint(told_: _Told) -> None:
    """What Airflow does not know yet."""
    moves, lines = told_.moved.moves, told_.target.lines
    if told_.tasks:
        click.echo(told_.tasks)
    for move in moves:
        if move.stays:
            fields = " and ".join(move.stays)
            click.echo(f"{printable(move.name)} keeps in its row what looks secret in its {fields}: see --delete-row.")
    if told_.moved.half:
        names = ", ".join(map(printable, told_.moved.half))
        click.echo(f"The records are written, and the rows are as they were: {names}. The same command goes on there.")
    if told_.back and told_.real and any(move.fate is Fate.FETCH and move.seen is None for move in moves):
        click.echo("Airflow takes them from the backend as long as their records are there: --delete-record.")
    if not told_.back and told_.changed and lines.text:
        when = "Airflow does not read from there yet: " if told_.real else "Before --real, "
        click.echo(f"\n{when}{lines.where} needs:\n\n{lines.text}")
        if lines.also:
            click.echo(f"\n{lines.also}")
