"""Foreign text in Markdown: only as code, where no renderer finds markup, links, mentions or issue numbers.

Written for CommonMark 0.31 with the tables of GitHub Flavored Markdown. Escaping prose would not do: forges also turn
bare addresses, @names and #numbers into links, after the escapes are gone. What is said here is clean already, so it
holds no control characters.
"""

from __future__ import annotations

import re
from html import escape

LONGEST_RUN = 100
"""Backticks. Parsers bound the length of a fence (cmark: 255), and whoever writes more in a row means no good."""


def code(text: str) -> str:
    """The text in a line, also in a table's cell: a backtick and a pipe, which end those, are written out.

    Empty for a text of blanks, which is no code span.
    """
    line = _line(text).replace("`", r"\x60").replace("|", r"\x7c")
    return f"`{line}`" if line else ""


def html(text: str) -> str:
    """The text in a line of an HTML block."""
    line = escape(_line(text))
    return f"<code>{line}</code>" if line else ""


def fence(text: str, language: str) -> list[str]:
    """The text as a block, exactly as it is, for a reader to copy: the fence is longer than any in it."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    if longest > LONGEST_RUN:
        text, longest = text.replace("`", r"\x60"), 0
    mark = "`" * max(3, longest + 1)
    return [f"{mark}{language}", *text.split("\n"), mark]


def _line(text: str) -> str:
    return " ".join(text.split())
