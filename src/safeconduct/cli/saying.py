"""How a report reaches its reader: on standard output, as wide as the terminal, in colour where it is one."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

import click

from safeconduct.report import FORMATS

if TYPE_CHECKING:
    from safeconduct.masking import Masker
    from safeconduct.model import Report, Rule

STANDARD_INPUT = "-"
"""What an option says that is to be read from there."""


def say(report: Report, masker: Masker, format_: str) -> None:
    """Print the report in this format."""
    click.echo(FORMATS[format_](report, masker, width=screen_width(), colour=colour(), rule_of=rule_of), color=colour())


def rule_of(rule_id: str) -> Rule | None:
    """The rule of this id."""
    from safeconduct.diagnosis import rulebook  # only some formats say what a rule means

    return rulebook.rule_of(rule_id)


def screen_width() -> int:
    """The reader's columns."""
    return shutil.get_terminal_size((100, 24)).columns


def colour() -> bool:
    """Whether the reader wants colours."""
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
