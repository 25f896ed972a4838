"""`--uri`: one connection given as text."""

from __future__ import annotations

import re
import sys

import click

from safeconduct.airflow.dialect import Dialect
from safeconduct.airflow.installed import installed_airflow
from safeconduct.cli.saying import STANDARD_INPUT
from safeconduct.diagnosis import Survey
from safeconduct.model import Secret
from safeconduct.secrets import read_literal, spared

_FORMS = """an Airflow or libpq URI (postgres://login:password@host:5432/database) or Airflow's JSON ({"conn_type": \
"postgres", "host": ...})"""
_WITH_DRIVER = re.compile(r"postgres(ql)?\+[a-z0-9_]+://", re.IGNORECASE)
_CONNECTION_STRING = re.compile(r"\s*(host|hostaddr|port|dbname|user|password|passfile|service|sslmode)\s*=")


def literal_survey(uri: str) -> Survey:
    """The survey of the one connection that the option's value, or standard input for `-`, stands for.

    Raises click.UsageError for text in none of the forms that are read; it quotes nothing of it.
    """
    if uri == STANDARD_INPUT:
        text, name = sys.stdin.buffer.read().decode(errors="surrogateescape").strip(), "standard input"
        if not text:
            raise click.UsageError(f"--uri - reads {_FORMS} from standard input, which is empty or closed")
    else:
        text, name = uri.strip(), "command line"
        click.echo("warning: others can see a password on the command line; use --uri - and standard input", err=True)
    _check_form(text)
    dialect = Dialect.of(installed_airflow() or "")
    return Survey(((name, spared(name, lambda: read_literal(name, Secret(text), dialect))),))


def _check_form(text: str) -> None:
    """Refuse what Airflow would read, without a word, as a connection of no type or of another one."""
    if _WITH_DRIVER.match(text):
        raise click.UsageError(
            "the URI names a driver, as SQLAlchemy's do; an Airflow connection has none: write postgres://"
        )
    if _CONNECTION_STRING.match(text):
        raise click.UsageError(
            f"--uri takes {_FORMS}, not a libpq connection string; that can stand in the extra: "
            """{"conn_type": "postgres", "extra": {"dsn": "host=... dbname=..."}}"""
        )
    if "://" not in text and not text.startswith(("{", '"', "'")):
        raise click.UsageError(f"--uri takes {_FORMS}; what was given is neither")
