"""Tokens of pg_hba.conf and pg_ident.conf, cut as PostgreSQL cuts them (next_token in src/backend/libpq/hba.c)."""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST_TOKEN = 10239
"""Bytes of a token up to PostgreSQL 15 (MAX_TOKEN less one; 255 before the minor releases of August 2023)."""

UNLIMITED_TOKENS = 16
"""The first major version whose tokens may have any length."""

FIRST_WITH_REGEX = 16
"""The first major version that reads database and user names that begin with a slash as regular expressions."""

_SKIPPED = re.compile(r"[ \t\r,]*")
_TOKEN = re.compile(r'(?:[^ \t\r,#"]|"(?:[^"]|"")*(?:"|\Z))+')
_PIECE = re.compile(r'"((?:[^"]|"")*)(?:"|\Z)|([^"]+)')


class Refused(Exception):
    """A line that PostgreSQL refuses; the text is PostgreSQL's own, as in pg_hba_file_rules.error."""


@dataclass(frozen=True)
class Token:
    """One name of a list. `quoted` when it began with a double quote: then it is no keyword and no +group.

    `regex` when PostgreSQL (16 or newer) reads it as a regular expression; quotes do not prevent that. The
    expression is `text` without its leading slash.
    """

    text: str
    quoted: bool = False
    regex: bool = False

    def is_keyword(self, word: str) -> bool:
        """Whether it is this keyword: the same letters, unquoted."""
        return not self.quoted and self.text == word

    @property
    def group(self) -> str | None:
        """The role whose members are meant by an unquoted +role; None for any other token."""
        return self.text[1:] if self.text.startswith("+") and not self.quoted else None

    def __str__(self) -> str:
        """As it may stand in a file: quoted where it was, or where it must be."""
        if self.quoted or not self.text or re.search(r'[ \t\r,#"]', self.text):
            return '"' + self.text.replace('"', '""') + '"'
        return self.text


@dataclass(frozen=True)
class Cut:
    """A token cut off a line: where the line goes on, and whether a comma follows, so that the list goes on."""

    token: Token
    end: int
    comma: bool


def cut(line: str, start: int, version: int) -> Cut | None:
    """The next token of the line from `start`; None when there is none. Raises Refused when it is too long."""
    begin = _SKIPPED.match(line, start)
    found = _TOKEN.match(line, begin.end()) if begin else None
    if found is None:
        return None
    comma = line.startswith(",", found.end())
    text = "".join(_text(piece) for piece in _PIECE.finditer(found[0]))
    if version < UNLIMITED_TOKENS and _too_long(text, more=comma or found[0].endswith('"')):
        raise Refused("authentication file token too long")
    return Cut(Token(text, quoted=found[0].startswith('"')), found.end(), comma)


def _text(piece: re.Match[str]) -> str:
    return piece[2] if piece[1] is None else piece[1].replace('""', '"')


def _too_long(text: str, *, more: bool) -> bool:
    # PostgreSQL looks when it meets one more character, so a full buffer before a blank is no error.
    if len(text) * 4 < LONGEST_TOKEN:
        return False
    size = len(text.encode("utf-8", "surrogateescape"))
    return size > LONGEST_TOKEN or (size == LONGEST_TOKEN and more)
