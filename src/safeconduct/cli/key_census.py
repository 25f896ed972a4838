"""What the commands on keys share: looking at all credentials, and saying what was found."""

from __future__ import annotations

import re
import sys
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from safeconduct.airflow.metadata_reader import ReadFailed
from safeconduct.cli.kept import faults_of, refuse, report_of
from safeconduct.cli.saying import say
from safeconduct.masking import Masker
from safeconduct.report.keeping import document
from safeconduct.report.keys import Line, census_text
from safeconduct.secrets import KeyState
from safeconduct.secrets.census import Census, cells_in, take_census
from safeconduct.secrets.key_findings import day_of
from safeconduct.secrets.shared_work import HelperLost

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from safeconduct.airflow.metadata import MetadataDatabase
    from safeconduct.model import Finding, Secret, Unjudged
    from safeconduct.secrets import Keyring
    from safeconduct.secrets.census import Ages

    Faults = Sequence[Finding | Unjudged]


def days(_ctx: click.Context, _param: click.Parameter, value: str | None) -> timedelta | None:
    """A number of days, such as 90d."""
    if value is None:
        return None
    found = re.fullmatch(r"(\d{1,5})d?", value, re.ASCII)
    if not found:
        raise click.BadParameter(f"{value} is no number of days, such as 90d")
    return timedelta(days=int(found[1]))


def census_of(database: MetadataDatabase, keys: Sequence[Secret], format_: str = "text", processes: int = 1) -> Census:
    """Whose tokens there are. Ends the command where it cannot be read."""
    reader = database.reader
    try:
        with reader.open() as reading:
            total = cells_in(reading)
        with progress(total, "looking") as step:
            return take_census(reader, keys, processes, step)
    except HelperLost as lost:
        raise click.ClickException(f"{lost}: run it again") from None
    except ReadFailed as failure:
        refuse(database.explain(failure), format_=format_)


@contextmanager
def progress(total: int, label: str) -> Iterator[Callable[[int], object]]:
    """A bar on the terminal; none where nobody would see it."""
    if not total or not sys.stderr.isatty():
        yield lambda _: None
        return
    with click.progressbar(length=total, label=label, file=sys.stderr, show_pos=True) as bar:
        yield bar.update


def lines_of(census: Census, keyring: Keyring) -> list[Line]:
    """What there is, kind by kind."""
    keys = [
        _line(f"key {number}{' (encrypts)' * (number == 1)}", census.of(number), always=True)
        for number in range(1, len(keyring) + 1)
    ]
    lost = census.of(0)
    others = (Line("plaintext", census.plaintext), _line("opened by no key", lost))
    return [*keys, *others, Line("no token", census.aside - lost.count)]


def _line(what: str, ages: Ages, always: bool = False) -> Line:
    if not ages.count:
        return Line(what, 0, always=always)
    return Line(what, ages.count, day_of(ages.oldest), day_of(ages.youngest), always)


def keys_in_words(keyring: Keyring) -> str:
    """How many there are, and where from."""
    if keyring.state is not KeyState.USABLE:
        return f"{keyring.state.value} ({keyring.origin})"
    return f"{len(keyring)}, from {keyring.origin}"


def body_of(database: MetadataDatabase, keyring: Keyring, census: Census, faults: Faults) -> dict[str, Any]:
    """The same for JSON."""
    return {
        "database": database.label,
        "keys": {"state": keyring.state.value, "from": keyring.origin, "count": len(keyring)},
        "cells": [_shown(line) for line in lines_of(census, keyring)],
        "faults": faults_of(report_of(faults), Masker()),
    }


def _shown(line: Line) -> dict[str, Any]:
    return {"what": line.what, "count": line.count, "since": line.since or None, "until": line.until or None}


def told(database: MetadataDatabase, keyring: Keyring, census: Census, faults: Faults, format_: str, well: str) -> None:
    """Say what there is and what is wrong with it; `well` where nothing is."""
    if format_ == "json":
        click.echo(document("keys", body_of(database, keyring, census, faults)))
        return
    click.echo(census_text(database.label, keys_in_words(keyring), lines_of(census, keyring)))
    click.echo()
    if faults:
        say(report_of(faults), Masker(database.secrets), format_)
    else:
        click.echo(well)
