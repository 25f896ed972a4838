"""`safeconduct secrets`: what is exposed where Airflow keeps credentials, and what mends it."""

from __future__ import annotations

import os
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import TYPE_CHECKING

import click

from safeconduct.cli.home import home_folder
from safeconduct.cli.kept import PATIENCE
from safeconduct.cli.key_census import days, keys_in_words, lines_of, progress
from safeconduct.cli.saying import say
from safeconduct.diagnosis.secrets_audit import Asked, Audited, audit
from safeconduct.diagnosis.sources import keeper_of, sources_of
from safeconduct.masking import Masker
from safeconduct.report import FORMATS
from safeconduct.report.keys import census_text

if TYPE_CHECKING:
    from safeconduct.model import Secret


@click.group("secrets")
def group() -> None:
    """Audit what Airflow keeps secret. Nothing is changed, and no secret is shown."""


@group.command("audit")
@click.option(
    "--max-age", metavar="DAYS", callback=days, help="Name what was encrypted longer ago than this, such as 90d."
)
@click.option(
    "--format", "format_", type=click.Choice(sorted(FORMATS)), default="text", show_default=True, help="How to report."
)
def audit_(max_age: timedelta | None, format_: str) -> None:
    """Look at every row of the metadata database, and at the options that protect it.

    Told are plaintext, tokens of an old key or of none, flags that lie, secrets in fields and under names that Airflow
    shows, TLS that is off or unverified, options that do nothing, and secrets backends that are misconfigured.
    """
    home = home_folder()
    place = keeper_of(os.environ, home, PATIENCE)
    sources = sources_of(os.environ, home, PATIENCE)
    now = datetime.now(timezone.utc)
    asked = Asked(os.environ, PATIENCE, now, max_age, partial(progress, label="auditing"))
    audited = audit(place, (*sources.faults, *sources.findings, *sources.unjudged), asked)
    _say(audited, sources.secrets, format_)
    raise click.exceptions.Exit(audited.report.exit_code)


def _say(audited: Audited, secrets: tuple[Secret, ...], format_: str) -> None:
    report = audited.report
    masker = Masker((*secrets, *report.secrets))
    if format_ != "text":
        say(report, masker, format_)
        return
    if audited.place is not None and audited.census is not None:
        keyring = audited.place.keyring
        lines = lines_of(audited.census, keyring)
        click.echo(masker.text(census_text(audited.place.database.label, keys_in_words(keyring), lines)))
        click.echo()
    if report.findings or report.unjudged:
        say(report, masker, format_)
    else:
        click.echo("Nothing was found.")
