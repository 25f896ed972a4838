"""Commands that a reader may paste into a shell, whatever a connection is called."""

from __future__ import annotations

import shlex

from safeconduct.model import Remedy, RemedyKind


def command_on(command: str, name: str, options: str = "", when: str = "") -> Remedy:
    """The remedy that runs a command of ours on this connection or variable.

    A name that begins like an option stands behind `--`, and what no screen shows is written as `$'...'` has it.
    """
    words = [command, options, "--", quoted(name)] if name.startswith("-") else [command, quoted(name), options]
    return Remedy(RemedyKind.COMMAND, " ".join(filter(None, words)), when=when)


def quoted(text: str) -> str:
    """The text as one word of a shell."""
    if text.isprintable():
        return shlex.quote(text)
    return f"$'{''.join(map(_escaped, text))}'"


def _escaped(char: str) -> str:
    if char in "\\'":
        return f"\\{char}"
    if char.isprintable():
        return char
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"
