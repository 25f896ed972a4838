"""A connection where Airflow takes it from, to be written there anew."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import click

from safeconduct.cli.kept import TIMEOUT, dialect, keeper, refuse
from safeconduct.model import Finding, Unjudged
from safeconduct.secrets import EnvironmentBackend, Found, configuration_of, look_up
from safeconduct.secrets import rules_connection as rules
from safeconduct.secrets.exchange import fault_of
from safeconduct.secrets.holding import Holding, record_holding, row_holding
from safeconduct.secrets.linting import lint
from safeconduct.secrets.moving_place import target_of
from safeconduct.secrets.pasting import command_on
from safeconduct.secrets.referring import known_for
from safeconduct.secrets.sparing import spared

if TYPE_CHECKING:
    from safeconduct.diagnosis import Sources
    from safeconduct.model import Connection
    from safeconduct.secrets import ConnectionBackend

Failed = Finding | Unjudged


@dataclass(frozen=True)
class Held:
    """The place that has the connection, others behind it in words, and what failed on the way there."""

    holding: Holding
    in_row: bool
    behind: tuple[str, ...]
    faults: tuple[Failed, ...]


def held(conn_id: str, sources: Sources, plaintext: bool, format_: str) -> Held:
    """Where Airflow takes the connection from. Ends the command where that cannot be written to."""
    answer = look_up(conn_id, sources.backends)
    if not isinstance(answer, Found):
        refuse(answer, *sources.faults, format_=format_)
    answers = [(one, spared(conn_id, partial(one.get, conn_id))) for one in sources.backends]
    having = [(backend, one) for backend, one in answers if isinstance(one, Found)]
    if not having:
        raise _gone(conn_id)
    if isinstance(having[0][0], EnvironmentBackend):
        raise click.ClickException(f"{conn_id} is taken from the {answer.definition}: change it where that is set")
    found = row_holding(keeper(plaintext), conn_id) if answer.in_row else _record(conn_id, having[0], format_)
    if isinstance(found, (Finding, Unjudged)):
        refuse(found, format_=format_)
    if found is None:
        raise _gone(conn_id)
    _check(found.whole, format_)
    behind = tuple(f"Another one is kept in {one.definition}, and is left as it is" for _, one in having[1:])
    return Held(found, answer.in_row, behind, (*answer.warnings, *answer.unjudged, *sources.faults))


def _gone(conn_id: str) -> click.ClickException:
    return click.ClickException(f"{conn_id} was taken away by somebody else at this moment")


def _record(conn_id: str, having: tuple[ConnectionBackend, Found], format_: str) -> Holding | Failed | None:
    backend, answer = having
    configuration = configuration_of(os.environ, TIMEOUT)
    if isinstance(configuration, Finding):
        refuse(configuration, format_=format_)
    target = target_of(configuration, os.environ, TIMEOUT, None, None)
    if isinstance(target, (Finding, Unjudged)) or target.source.place.label != backend.name:
        raise click.ClickException(f"{conn_id} is taken from {answer.definition}, which is not written to from here")
    return record_holding(target.source, conn_id, dialect())


def _check(whole: Connection, format_: str) -> None:
    """End the command where Airflow could not use the connection, or its type has no references."""
    if fault := fault_of(whole):
        refuse(fault, format_=format_)
    if faults := [one for one in lint(whole, False) if one.rule == rules.EXTRA_NOT_OBJECT.id]:
        refuse(*faults, format_=format_)
    if not known_for(whole):
        move = command_on("safeconduct connections move", whole.conn_id, "--to vault").text
        raise click.ClickException(
            f"{whole.conn_id} is of the type {whole.conn_type or '(none)'}, whose provider is not known to read a "
            f"reference in place of a secret; `{move}` keeps the whole connection in a secrets backend"
        )
