"""A page of text: indented, wrapped and coloured lines."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from enum import Enum

from safeconduct.masking import Masker, printable

NARROWEST = 40
DOCUMENT_WIDTH = 100
"""Columns of the text in a document, which is written for no particular screen."""


class Ink(Enum):
    """What a colour means; the value is the ANSI code (SGR)."""

    REFUSED = "31;1"
    UNJUDGED = "33;1"
    GOOD = "32"
    REMEDY = "36;1"
    HEADING = "1"
    FAINT = "2"


@dataclass(frozen=True)
class Page:
    """How text is laid out: masked, made harmless, wrapped to the width, and coloured where colours are welcome."""

    masker: Masker
    width: int
    colour: bool

    def clean(self, text: str) -> str:
        """Text from anywhere, with nothing secret and nothing harmful in it. Its line feeds stay."""
        return printable(self.masker.text(text))

    def line(self, text: str) -> str:
        """The same on one line: a name with a line feed in it must not begin a section of its own."""
        return self.clean(text).replace("\n", "\\n")

    def ink(self, text: str, ink: Ink) -> str:
        """The text in a colour."""
        return f"\x1b[{ink.value}m{text}\x1b[0m" if self.colour and text else text

    def prose(self, text: str, first: str = "", then: str | None = None) -> list[str]:
        """The text wrapped; `first` begins the first line and `then` (or as many spaces) each other one."""
        rest = " " * len(first) if then is None else then
        return textwrap.wrap(
            self.clean(text),
            max(self.width, NARROWEST),
            initial_indent=first,
            subsequent_indent=rest,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [first.rstrip()]
