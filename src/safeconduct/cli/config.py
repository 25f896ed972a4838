"""`safeconduct config`: Airflow's own configuration, as Airflow reads it."""

from __future__ import annotations

import os

import click

from safeconduct.airflow.option import Option
from safeconduct.airflow.rules_configuration import OPTION_MISSING
from safeconduct.model import ExitCode, Finding, Unjudged
from safeconduct.secrets import DEFAULT_TIMEOUT, configuration_of


@click.group("config")
def group() -> None:
    """Show Airflow's configuration as Airflow reads it."""


@group.command("get-value")
@click.argument("section")
@click.argument("key")
def get_value(section: str, key: str) -> None:
    """Print the value of an option, as `airflow config get-value` does, secret or not."""
    configuration = configuration_of(os.environ, DEFAULT_TIMEOUT)
    answer = configuration if isinstance(configuration, Finding) else configuration.option(section, key)
    if isinstance(answer, Option):
        # Bytes, so that a value that is no valid text leaves as it came in.
        click.echo(answer.reveal().encode(errors="surrogateescape"))
    elif isinstance(answer, Unjudged):
        _refuse(f"Could not be found out: {answer.reason}.", ExitCode.UNJUDGED)
    elif answer is None:
        _refuse(f"The option [{section}/{key}] is not found in config.", ExitCode.FOUND, OPTION_MISSING.id)
    else:
        _refuse(answer.message, ExitCode.FOUND, answer.rule)


def _refuse(sentence: str, code: ExitCode, rule: str = "") -> None:
    click.echo(sentence, err=True)
    if rule:
        click.echo(f"More about it: docs/rules/{rule}.md", err=True)
    raise click.exceptions.Exit(code)
