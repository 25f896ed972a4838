"""Secrets as they are given to a command: on standard input, or on the command line with a warning."""

from __future__ import annotations

import sys

import click

from safeconduct.cli.saying import STANDARD_INPUT

_LARGEST = 64 << 20
"""Bytes of standard input that are read: a device never ends."""


def given_text(option: str, value: str, largest: int = _LARGEST) -> str:
    """The option's value, or what standard input holds for `-`, without the line feed at its end.

    Raises click.UsageError where standard input is empty, no UTF-8, or has more than `largest` bytes.
    """
    if value != STANDARD_INPUT:
        click.echo(f"warning: others can see a secret on the command line; use {option} - and standard input", err=True)
        return value
    octets = sys.stdin.buffer.read(largest + 1)
    if len(octets) > largest:
        size = f"{largest >> 20} MiB" if largest >> 20 else f"{largest >> 10} KiB"
        raise click.UsageError(f"{option} -: standard input is larger than {size}")
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{option} -: byte {error.start + 1} of standard input is no UTF-8") from None
    text = text.removesuffix("\n").removesuffix("\r")
    if not text:
        raise click.UsageError(f"{option} - reads from standard input, which is empty or closed")
    return text
