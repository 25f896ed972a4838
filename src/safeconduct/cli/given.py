"""Secrets as they are given to a command: on standard input, or on the command line with a warning."""

from __future__ import annotations

import sys

import click

from safeconduct.cli.saying import STANDARD_INPUT


def given_text(option: str, value: str) -> str:
    """The option's value, or what standard input holds for `-`, without the line feed at its end.

    Raises click.UsageError where standard input is empty or no UTF-8.
    """
    if value != STANDARD_INPUT:
        click.echo(f"warning: others can see a secret on the command line; use {option} - and standard input", err=True)
        return value
    try:
        text = sys.stdin.buffer.read().decode("utf-8")
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{option} -: byte {error.start + 1} of standard input is no UTF-8") from None
    text = text.removesuffix("\n").removesuffix("\r")
    if not text:
        raise click.UsageError(f"{option} - reads from standard input, which is empty or closed")
    return text
