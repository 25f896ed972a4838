"""The options that `connections` and `variables` share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from safeconduct.cli.kept import ENDINGS

if TYPE_CHECKING:
    from collections.abc import Callable

    Command = Callable[..., Any]

FORMAT = click.option(
    "--format", "format_", type=click.Choice(["json", "text"]), default="text", show_default=True, help="How to report."
)
REAL = click.option("--real", is_flag=True, help="Do it; without, only what would be done is shown.")
_OVERWRITE = click.option("--overwrite", is_flag=True, help="Replace what is there already under the same name.")
_ONLY_GOOD = click.option(
    "--only-good", is_flag=True, help="With --real, take over what can be read, and leave the rest."
)
PLAINTEXT = click.option(
    "--plaintext", is_flag=True, help="Keep secrets in plaintext where [core] fernet_key is empty, as Airflow does."
)
REVEAL = click.option("--reveal", is_flag=True, help="Show secrets in clear; that is recorded.")
FILE_FORMAT = click.option("--file-format", type=click.Choice(ENDINGS), help="In place of the file's ending.")


def putting(command: Command) -> Command:
    """What every command takes that puts something into the metadata database."""
    for decorate in (FORMAT, REAL, PLAINTEXT, _OVERWRITE):
        command = decorate(command)
    return command


def importing(command: Command) -> Command:
    """What those take that put what stands in a file."""
    for decorate in (_ONLY_GOOD, FILE_FORMAT, click.argument("path", metavar="FILE")):
        command = decorate(command)
    return putting(command)
