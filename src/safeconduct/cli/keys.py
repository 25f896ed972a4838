"""`safeconduct keys`: the Fernet keys, what each of them opens, and rotation while Airflow runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, NoReturn

import click

from safeconduct.airflow.metadata import SUBJECT
from safeconduct.airflow.metadata_reader import ReadFailed
from safeconduct.cli.keeping_options import FORMAT, REAL
from safeconduct.cli.kept import PATIENCE, keeper, refuse, report_of
from safeconduct.cli.key_census import body_of, census_of, days, keys_in_words, lines_of, progress, told
from safeconduct.cli.key_places import generate, verify_backup
from safeconduct.cli.keys_lost import lost
from safeconduct.cli.saying import say
from safeconduct.masking import Masker
from safeconduct.model import Finding
from safeconduct.report.keeping import document, printable
from safeconduct.report.keys import census_text, columns, plan_text
from safeconduct.secrets import KeyState, rules_keys
from safeconduct.secrets.census import cells_in
from safeconduct.secrets.key_findings import ROTATE, cells_named, counted, judged, order
from safeconduct.secrets.rotation import Busy, HelperLost, Interrupted, rotate
from safeconduct.secrets.token_work import ENCRYPTED, MENDED, ROTATED, SAME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from safeconduct.model import Unjudged
    from safeconduct.secrets import Keeper
    from safeconduct.secrets.census import Census
    from safeconduct.secrets.rotation import Rotated, Tally


@click.group("keys")
def group() -> None:
    """Tell which Fernet key opens what in the metadata database, and rotate them while Airflow runs.

    Nothing is changed without --real, and no key is shown that is in use.
    """


for command in (generate, verify_backup, lost):
    group.add_command(command)


@group.command("status")
@click.option(
    "--max-age", metavar="DAYS", callback=days, help="Say where the first key has been in use for longer, such as 90d."
)
@FORMAT
def status(max_age: timedelta | None, format_: str) -> None:
    """Say which key opens how many credentials, how old they are, and whether an old key is still needed.

    Told by the signatures of the tokens: nothing is decrypted.
    """
    place = keeper()
    census = census_of(place.database, place.keyring.secrets, format_=format_)
    faults = judged(census, place.keyring, datetime.now(timezone.utc), max_age)
    told(place.database, place.keyring, census, faults, format_, "The first key alone opens all there is.")
    raise click.exceptions.Exit(report_of(faults).exit_code)


@group.command("rotate")
@click.option("--processes", type=click.IntRange(1, 64), default=1, show_default=True, help="How many work at it.")
@click.option("--order-is-right", is_flag=True, help="The first key is the new one, whatever the tokens' times say.")
@REAL
@FORMAT
def rotate_(processes: int, order_is_right: bool, real: bool, format_: str) -> None:
    """Make tokens of the first key of all that the others have encrypted, and of plaintext, while Airflow runs.

    Each row is compared and swapped, so that an Airflow that writes at the same moment loses nothing. It can be
    interrupted at any time: the next run goes on. Without --real it says what is to be done.
    """
    place = keeper(timeout=PATIENCE)
    if place.keyring.state is not KeyState.USABLE:
        _refuse_without_key(place, format_)
    census = census_of(place.database, place.keyring.secrets, format_, processes)
    if not order_is_right and (wrong := tuple(order(census))):
        refuse(*wrong, format_=format_)
    if not real:
        _show_plan(place, census, format_)
    rotated = _rotated(place, processes, format_)
    faults = (*_late(rotated), *_done(judged(rotated.census, place.keyring, datetime.now(timezone.utc))))
    _show_rotated(place, rotated, faults, format_)
    raise click.exceptions.Exit(report_of(faults).exit_code)


def _refuse_without_key(place: Keeper, format_: str) -> NoReturn:
    census = census_of(place.database, place.keyring.secrets, format_=format_)
    if faults := judged(census, place.keyring, datetime.now(timezone.utc)):
        refuse(*faults, format_=format_)
    raise click.ClickException(
        f"there is no Fernet key to rotate to ({place.keyring.origin} is {place.keyring.state.value}): "
        "safeconduct keys generate makes one"
    )


def _rotated(place: Keeper, processes: int, format_: str) -> Rotated:
    reader, label = place.database.reader, place.database.label
    try:
        with reader.open() as reading:
            total = cells_in(reading)
        with progress(2 * total, "rotating") as step:
            return rotate(reader, place.keyring.secrets, processes, step)
    except Busy:
        refuse(rules_keys.BUSY.finding(SUBJECT, f"another rotation is under way in {label}"), format_=format_)
    except Interrupted as cut:
        message = f"{label} failed on the way: {cut.words}"
        evidence = {"database": label, "rotated before": f"{cut.done.changed:,}"}
        refuse(rules_keys.INTERRUPTED.finding(SUBJECT, message, evidence=evidence), format_=format_)
    except HelperLost as lost_:
        raise click.ClickException(f"{lost_}; what was rotated stays so: run it again") from None
    except ReadFailed as failure:
        refuse(place.database.explain(failure, "cannot be changed"), format_=format_)


def _show_plan(place: Keeper, census: Census, format_: str) -> NoReturn:
    if format_ == "json":
        click.echo(document("keys", {**body_of(place.database, place.keyring, census, ()), "done": False}))
    else:
        click.echo(census_text(place.database.label, keys_in_words(place.keyring), lines_of(census, place.keyring)))
        old = sum(ages.count for number, ages in census.keys.items() if number > 1)
        click.echo(f"\n{plan_text(len(place.keyring), old, census.plaintext, place.keyring.origin)}\n")
        click.echo("Nothing was changed: --real does step 3 and 4.")
    raise click.exceptions.Exit(0)


def _done(faults: Sequence[Finding | Unjudged]) -> list[Finding | Unjudged]:
    """They without the advice to rotate, which was just done: what is left is left for a reason that is told."""
    return [
        replace(one, remedies=tuple(remedy for remedy in one.remedies if remedy != ROTATE))
        if isinstance(one, Finding)
        else one
        for one in faults
    ]


def _late(rotated: Rotated) -> list[Finding]:
    """That somebody has encrypted with an old key since the rotation began."""
    late = [number for number, ages in rotated.census.keys.items() if number > 1 and ages.youngest >= rotated.began]
    words = "an Airflow still encrypts with an old key: restart all its parts, and rotate again"
    return [rules_keys.STILL_NEEDED.finding(SUBJECT, words)] if late else []


def _show_rotated(place: Keeper, rotated: Rotated, faults: Sequence[Finding | Unjudged], format_: str) -> None:
    tally = rotated.tally
    if format_ == "json":
        done = {"done": True, "fates": dict(tally.fates)}
        aside = [
            {"table": one.column.table, "column": one.column.column, "name": one.name, "why": one.why}
            for one in tally.named
        ]
        body = body_of(place.database, place.keyring, rotated.census, faults)
        click.echo(document("keys", {**body, **done, "aside": aside}))
        return
    click.echo(columns(_summary(tally)))
    click.echo()
    if faults:
        say(report_of(faults), Masker(place.database.secrets), format_)
        return
    click.echo(f"The first key alone has signed all {counted(rotated.census.of(1).count, 'token')} there are now.")
    if len(place.keyring) > 1:
        click.echo(f"Take the old key out of {place.keyring.origin}, and restart Airflow.")


def _summary(tally: Tally) -> list[tuple[str, str]]:
    words = {
        ROTATED: "rotated",
        ENCRYPTED: "encrypted",
        MENDED: "flags corrected",
        SAME: "rotated already",
    }
    rows = [(shown, f"{tally.fates[fate]:,}") for fate, shown in words.items() if tally.fates[fate] or fate == ROTATED]
    if tally.aside:
        rows.append(("left as it is", printable(f"{tally.aside:,}: {cells_named(tally.named, reasons=True)}")))
    return rows
