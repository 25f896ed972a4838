"""Names of relations, read by PostgreSQL's identifier rules."""

from __future__ import annotations

import re
from string import ascii_lowercase, ascii_uppercase
from typing import NamedTuple

from safeconduct.model import quote_identifier

_IDENTIFIER = re.compile(r'"((?:[^"]|"")*)"|([A-Za-z_\x80-\U0010ffff][\w$]*)')
_FOLD = str.maketrans(ascii_uppercase, ascii_lowercase)
_LONGEST = 63
"""NAMEDATALEN - 1 bytes: longer names are cut, in the server and in its catalogs."""


class WrongText(ValueError):
    """What the user wrote is no relation, privilege or SQL; the message is one sentence for the user."""


class WrongSql(WrongText):
    """A text that is no SQL: `why` is what is wrong, and `offset` which character shows it, None where none is told."""

    def __init__(self, text: str, offset: int | None, why: str) -> None:
        self.why, self.offset = why, offset
        place = "" if offset is None else "line {}, column {}: ".format(*line_and_column(text, offset))
        super().__init__(place + why)


class RelationName(NamedTuple):
    """A relation as it was named: `schema` is empty where search_path decides, `database` where none was said."""

    schema: str
    name: str
    database: str = ""

    def __str__(self) -> str:
        return ".".join(quote_identifier(part) for part in (self.database, self.schema, self.name) if part)


def is_temporary(schema: str) -> bool:
    """Whether it is a session's own temporary schema: pg_temp, or by its number."""
    return schema == "pg_temp" or schema.startswith("pg_temp_")


def schemas_of(name: RelationName, looked_in: tuple[str, ...]) -> tuple[str, ...]:
    """Where a relation of this name is looked for: pg_temp stands for the session's own, which `looked_in` has."""
    if name.schema == "pg_temp":
        return tuple(filter(is_temporary, looked_in))
    return (name.schema,) if name.schema else looked_in


class Cursor:
    """A place in a text that moves on as tokens are taken; blanks between tokens do not count."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def take(self, token: str) -> bool:
        """Move over the token if it is next, and say whether it was."""
        self._skip_blanks()
        if not self._text.startswith(token, self._at):
            return False
        self._at += len(token)
        return True

    def at_end(self) -> bool:
        """Whether nothing but blanks is left."""
        self._skip_blanks()
        return self._at == len(self._text)

    def identifier(self) -> str:
        """The next identifier, folded or unquoted. Raises WrongText when there is none."""
        self._skip_blanks()
        if not (found := _IDENTIFIER.match(self._text, self._at)):
            raise WrongText(f"a name is expected {self.place}")
        self._at = found.end()
        quoted, bare = found.groups()
        name = quoted.replace('""', '"') if quoted is not None else bare.translate(_FOLD)
        if not name:
            raise WrongText('the name "" is empty, and PostgreSQL has no empty names')
        return cut(name)

    @property
    def place(self) -> str:
        """Where it stands, in words that finish a sentence."""
        rest = self._text[self._at :].strip()
        return f"before {rest!r}" if rest else "at the end"

    def _skip_blanks(self) -> None:
        while self._at < len(self._text) and self._text[self._at].isspace():
            self._at += 1


def parse_name(cursor: Cursor) -> RelationName:
    """`table`, `schema.table` or `database.schema.table`. Raises WrongText."""
    parts = [cursor.identifier()]
    while cursor.take("."):
        parts.append(cursor.identifier())
    if len(parts) > 3:
        raise WrongText("a relation's name has at most three parts: database, schema and table")
    database, schema, name = [""] * (3 - len(parts)) + parts
    return RelationName(schema, name, database)


def split_search_path(setting: str) -> tuple[str, ...]:
    """The names in a search_path setting as the server shows it; `""`, which stands for none, is left out."""
    names = (quoted.replace('""', '"') or bare.translate(_FOLD) for quoted, bare in _IDENTIFIER.findall(setting))
    return tuple(name for name in names if name)


def check_text(text: str) -> None:
    """Raise WrongSql for characters that no PostgreSQL text can hold: NUL, and bytes that were no UTF-8."""
    if "\0" in text:
        raise WrongSql(text, text.index("\0"), "a NUL character, which PostgreSQL cannot hold")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise WrongSql(text, error.start, "a byte that is not UTF-8") from None


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Line and column of a character's offset, both counted from 1."""
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def cut(name: str, less: int = 0) -> str:
    """The name as the server keeps it, or shorter by so many bytes."""
    return name.encode(errors="surrogatepass")[: _LONGEST - less].decode(errors="ignore")
