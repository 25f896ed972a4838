"""The options that say which engine tells what statements need, and where the server is asked."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from safeconduct.cli.home import home_folder
from safeconduct.diagnosis import DEFAULT_TIMEOUT
from safeconduct.diagnosis.engines import Engines, copied_by, restored_at
from safeconduct.diagnosis.insiders import VARIABLE, named
from safeconduct.model import Finding, Unjudged

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from safeconduct.diagnosis import Question, Sources
    from safeconduct.diagnosis.engines import Name, Opener

    Command = Callable[..., Any]

LOCAL = "local"
"""A shadow that is made on this machine."""


@dataclass(frozen=True)
class EngineChoice:
    """What was chosen: see the options. `timeout` is in seconds for each address of the place to ask."""

    engine: Name = "better"
    shadow: str | None = None
    live: bool = False
    timeout: float = DEFAULT_TIMEOUT


def engine_options(command: Command) -> Command:
    """What those take that judge statements."""
    for decorate in (
        click.option("--live", is_flag=True, help="Ask the database itself: the statements then stand in its log."),
        click.option(
            "--shadow",
            metavar="local|CONN",
            help="Ask PostgreSQL in a copy of the schema: one made on this machine for --admin, or one you restored.",
        ),
        click.option(
            "--engine",
            type=click.Choice(["better", "server", "static"]),
            default="better",
            show_default=True,
            help="Who tells what is needed: PostgreSQL where it is asked, the syntax and the catalogs, or the better.",
        ),
    ):
        command = decorate(command)
    return command


def check_engine(choice: EngineChoice) -> None:
    """Raises click.UsageError for options that contradict each other."""
    asks = choice.live or choice.shadow is not None
    if choice.live and choice.shadow is not None:
        raise click.UsageError("--live and --shadow are two places to ask: leave one of them out")
    if choice.engine == "static" and asks:
        raise click.UsageError("--engine static asks no server: leave --live and --shadow out")
    if choice.engine == "server" and not asks:
        raise click.UsageError(
            "--engine server needs a place to ask: --shadow local, --shadow CONN,"
            " or --live, with which the statements stand in the server's log"
        )


def engines_of(choice: EngineChoice, question: Question, sources: Sources) -> Engines:
    """The engines of this run. Raises click.UsageError for a shadow that cannot be."""
    return Engines(choice.engine, choice.live, None if choice.shadow is None else _opener(choice, question, sources))


def _opener(choice: EngineChoice, question: Question, sources: Sources) -> Opener:
    assert choice.shadow is not None
    if choice.shadow == LOCAL:
        if question.administrator is None:
            raise click.UsageError(
                f"--shadow local needs somebody who may dump the schema: --admin CONN, or {VARIABLE}"
            )
        return copied_by(question.administrator)
    target = named(choice.shadow, "--shadow", sources, os.environ, home_folder())
    if isinstance(target, Finding):
        raise click.UsageError(f"--shadow {choice.shadow}: {target.message}")
    if isinstance(target, Unjudged):
        raise click.UsageError(f"--shadow {choice.shadow}: {target.reason}")
    return restored_at(target, choice.timeout)
