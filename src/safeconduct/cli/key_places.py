"""`safeconduct keys generate` and `keys verify-backup`: a new key, and whether a copy of the keys opens everything."""

from __future__ import annotations

import os
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from safeconduct.cli.given import given_text
from safeconduct.cli.keeping_options import FORMAT, REAL
from safeconduct.cli.kept import TIMEOUT, keeper, refuse, report_of
from safeconduct.cli.key_census import census_of, told
from safeconduct.cli.saying import STANDARD_INPUT
from safeconduct.model import Finding, Secret, Unjudged
from safeconduct.secrets import KeyState, configuration_of, read_keyring
from safeconduct.secrets.key_findings import judged
from safeconduct.secrets.key_making import NotMade, new_key, with_new_key
from safeconduct.secrets.key_place import LARGEST, KeyFile, KeyPlace, KeyRecord
from safeconduct.secrets.moving_place import TARGETS, target_of
from safeconduct.secrets.place import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable

    Command = Callable[..., Any]

_SUBJECT = "Fernet key"
_DEFAULT_NAME = "fernet-key"


def _placed(word: str) -> Callable[[Command], Command]:
    """The options of a place for keys; `word` is the preposition."""

    def decorate(command: Command) -> Command:
        for option in (
            click.option("--backend-kwargs", metavar="JSON", help="The backend's options; - reads standard input."),
            click.option("--name", metavar="NAME", help="The file, or the option's name in the backend."),
            click.option(f"--{word}", "place", type=click.Choice(sorted(TARGETS)), help="Where they are kept."),
        ):
            command = option(command)
        return command

    return decorate


@click.command("generate")
@_placed("to")
@REAL
def generate(place: str | None, name: str | None, backend_kwargs: str | None, real: bool) -> None:
    """Make a Fernet key; with --to, put it in front of those in use, at the place where Airflow is to read them.

    Without --to the key is printed, and nothing else is on standard output.
    """
    if place is None:
        _no_place(name, backend_kwargs, real)
        click.echo(new_key().reveal())
        click.echo("Put it in front of the key in use, fernet_key = NEW,OLD, and restart Airflow.", err=True)
        return
    kept = _place(place, name, backend_kwargs)
    in_use = keeper().keyring
    try:
        keys = with_new_key(in_use, _read(kept), kept.label)
    except NotMade as why:
        raise click.ClickException(f"{why}; nothing is written") from None
    if real:
        _write(kept, keys)
    count = f"in front of the {len(in_use)} in use" if len(in_use) else "alone, since none is in use"
    click.echo(f"{'Wrote' if real else 'Would write'} a new key to {kept.label}, {count}.")
    if not real:
        click.echo("Nothing was written: --real does it.")
    click.echo(f"\nairflow.cfg needs, in place of the option that is there:\n\n[core]\n{kept.option}\n")
    click.echo("Then restart every part of Airflow, and run safeconduct keys rotate --real.")


@click.command("verify-backup")
@_placed("from")
@FORMAT
def verify_backup(place: str | None, name: str | None, backend_kwargs: str | None, format_: str) -> None:
    """Say whether a copy of the keys opens all credentials there are: one kept in a backend or a file, or given.

    Without --from the keys are read from standard input, as [core] fernet_key has them.
    """
    if place is None:
        _no_place(name, backend_kwargs)
        where, text = "the copy on standard input", Secret(given_text("--from", STANDARD_INPUT, LARGEST).strip())
    else:
        kept = _place(place, name, backend_kwargs)
        where, found = f"the copy in {kept.label}", _read(kept)
        if found is None:
            refuse(Unjudged(_SUBJECT, f"nothing is kept in {kept.label}"), format_=format_)
        text = found
    keyring = read_keyring(text, where)
    if keyring.state is not KeyState.USABLE:
        raise click.ClickException(f"{where} holds no usable keys: {keyring.problem or keyring.state.value}")
    database = keeper().database
    census = census_of(database, keyring.secrets, format_=format_)
    # Which of them encrypts, and for how long, is nobody's question of a copy.
    lost = tuple(one for one in judged(census, keyring, datetime.now(timezone.utc)) if _is_lost(one))
    told(database, keyring, census, lost, format_, f"{where[0].upper()}{where[1:]} opens all there is.")
    raise click.exceptions.Exit(report_of(lost).exit_code)


def _is_lost(fault: Finding | Unjudged) -> bool:
    return isinstance(fault, Unjudged) or fault.rule in ("secrets.keys.lost", "secrets.keys.no-token")


def _no_place(name: str | None, backend_kwargs: str | None, real: bool = False) -> None:
    if name or backend_kwargs or real:
        raise click.UsageError("--name, --backend-kwargs and --real need a place: say which")


def _place(place: str, name: str | None, backend_kwargs: str | None) -> KeyPlace:
    """The place that the options name. Ends the command where there is none."""
    if place == "file":
        if not name:
            raise click.UsageError("a file needs its path: --name PATH")
        if not name.isprintable():
            raise click.UsageError("the file's name has characters that no airflow.cfg can hold")
        return KeyFile(Path(name))
    kwargs = given_text("--backend-kwargs", STANDARD_INPUT) if backend_kwargs == STANDARD_INPUT else backend_kwargs
    configuration = configuration_of(os.environ, TIMEOUT)
    if isinstance(configuration, Finding):
        refuse(configuration)
    target = target_of(configuration, os.environ, TIMEOUT, place, kwargs)
    if isinstance(target, (Finding, Unjudged)):
        refuse(target)
    if name and not name.isprintable():
        raise click.UsageError("the option's name has characters that no airflow.cfg can hold")
    return KeyRecord(target.source, name or _DEFAULT_NAME)


def _read(kept: KeyPlace) -> Secret | None:
    try:
        return kept.read()
    except Trouble as trouble:
        refuse(trouble.finding(_SUBJECT))
    except UnicodeError:
        _end(kept, "read", "it is no text")
    except OSError as error:
        _end(kept, "read", error.strerror or str(error))


def _write(kept: KeyPlace, keys: Secret) -> None:
    try:
        kept.write(keys)
    except Trouble as trouble:
        refuse(trouble.finding(_SUBJECT))
    except OSError as error:
        _end(kept, "written", error.strerror or str(error))


def _end(kept: KeyPlace, done: str, why: str) -> NoReturn:
    raise click.ClickException(f"{kept.label} could not be {done}: {why}")
