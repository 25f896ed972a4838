"""Standard input and output as they may be handed to us: closed, full, or in an encoding that lacks a character."""

from __future__ import annotations

import io
import os
import sys


def prepare() -> None:
    """Make the streams safe to write to: a character that their encoding lacks is written as an escape.

    A closed standard input reads as empty, and what is written to a closed standard error is lost.
    """
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115 - for as long as the process lives
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - likewise
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def why_not_written() -> str | None:
    """Why what was written to standard output did not arrive, in a few words; None where it did.

    Call it at the end: what could not be written is given up then.
    """
    if sys.stdout is None:
        return "it is closed"
    try:
        sys.stdout.flush()
    except OSError as error:
        give_up()
        return error.strerror or type(error).__name__
    return None


def give_up() -> None:
    """Let the rest of the output go nowhere, so that the interpreter does not complain of it at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
