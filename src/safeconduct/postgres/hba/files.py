"""Lines of an authentication file with all that it includes (tokenize_auth_file in src/backend/libpq/hba.c)."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from safeconduct.postgres.hba.physical import logical_lines
from safeconduct.postgres.hba.tokens import Refused, Token, cut

if TYPE_CHECKING:
    from collections.abc import Iterator

Read = Callable[[str], "str | None"]
"""Gives a file's text; None when it is not there. An OSError is a file that cannot be read."""

ListDir = Callable[[str], "Sequence[str] | None"]
"""Gives the names of the plain files in a folder; None when it is not there."""

FIRST_WITH_INCLUDE = 16
DEEPEST = 10
"""Files inside files that PostgreSQL 16 and newer reads (CONF_FILE_MAX_DEPTH)."""

DEEPEST_BEFORE = 100
"""Before, it read on until it ran out of file descriptors, and stopped altogether (exceeded maxAllocatedDescs)."""

MOST_FILES = 1000
"""Ours: files that include each other could otherwise keep us reading for ever."""

_INCLUDES = frozenset({"include", "include_if_exists", "include_dir"})


@dataclass(frozen=True)
class RawLine:
    """A line in tokens: fields in order, each a list of tokens. `error` is why PostgreSQL refuses it ("" if not)."""

    file: str
    number: int
    text: str
    fields: tuple[tuple[Token, ...], ...] = ()
    error: str = ""


@dataclass
class Reader:
    """Reads files and what they include. `version` is the server's major version."""

    read: Read
    version: int
    list_dir: ListDir | None = None
    _opened: int = field(default=0, init=False)

    def lines(self, path: str) -> list[RawLine]:
        """All lines that are not blank. A file that cannot be read is one line 0 with the error."""
        try:
            return list(self.lines_of(path, self._open(path, 0)))
        except Refused as refusal:
            return [RawLine(path, 0, "", error=str(refusal))]

    def lines_of(self, path: str, text: str, depth: int = 0) -> Iterator[RawLine]:
        """The same for a text that is at hand."""
        for number, line, error in logical_lines(text, self.version):
            if error:
                yield RawLine(path, number, line, error=error)
                continue
            try:
                yield from self._line(path, number, line, depth)
            except Refused as refusal:
                yield RawLine(path, number, line, error=str(refusal))

    def _line(self, path: str, number: int, line: str, depth: int) -> Iterator[RawLine]:
        fields = tuple(self._fields(path, line, depth))
        if len(fields) == 2 and self.version >= FIRST_WITH_INCLUDE and fields[0][0].text in _INCLUDES:
            yield from self._included(fields[0][0].text, path, fields[1][0].text, depth + 1)
        elif fields:
            yield RawLine(path, number, line, fields)

    def _fields(self, path: str, line: str, depth: int) -> Iterator[tuple[Token, ...]]:
        at, more = 0, True
        while more:
            tokens: list[Token] = []
            goes_on = True
            while goes_on and (piece := cut(line, at, self.version)):
                at, goes_on = piece.end, piece.comma
                tokens += self._expanded(path, piece.token, depth)
            more = bool(tokens) or not goes_on
            if tokens:
                yield tuple(tokens)

    def _expanded(self, path: str, token: Token, depth: int) -> list[Token]:
        """The token; or, for @file, all tokens of that file, whatever its lines."""
        if token.quoted or len(token.text) < 2 or not token.text.startswith("@"):
            return [token]
        tokens: list[Token] = []
        name = _absolute(token.text[1:], path)
        for line in self.lines_of(name, self._open(name, depth + 1, token.text), depth + 1):
            if line.error:
                raise Refused(line.error)
            tokens += (token for field in line.fields for token in field)
        return tokens

    def _included(self, how: str, path: str, name: str, depth: int) -> Iterator[RawLine]:
        if how == "include_dir":
            for file in self._files_in(name, path):
                yield from self.lines_of(file, self._open(file, depth), depth)
            return
        file = _absolute(name, path)
        text = self._text(file, depth)
        if text is not None:
            yield from self.lines_of(file, text, depth)
        elif how == "include":
            raise Refused(_not_there(file))

    def _files_in(self, name: str, path: str) -> list[str]:
        if not name.strip(" \t\r\n"):
            raise Refused("empty configuration directory name")
        folder = _absolute(name, path)
        names = self.list_dir(folder) if self.list_dir else None
        if names is None:
            raise Refused(f'could not open directory "{folder}"')
        wanted = (name for name in names if name.endswith(".conf") and not name.startswith("."))
        return [posixpath.join(folder, name) for name in sorted(wanted, key=lambda name: name.encode())]

    def _open(self, path: str, depth: int, token: str = "") -> str:
        text = self._text(path, depth)
        if text is None:
            raise Refused(_not_there(path, token if self.version < FIRST_WITH_INCLUDE else ""))
        return text

    def _text(self, path: str, depth: int) -> str | None:
        self._opened += 1
        if depth > (DEEPEST if self.version >= FIRST_WITH_INCLUDE else DEEPEST_BEFORE):
            raise Refused(f'could not open file "{path}": maximum nesting depth exceeded')
        if self._opened > MOST_FILES:
            raise Refused(f"more than {MOST_FILES} files are included; the others were not read")
        try:
            return self.read(path)
        except OSError as error:
            raise Refused(f'could not open file "{path}": {error.strerror or error}') from None


def _absolute(name: str, including: str) -> str:
    return name if name.startswith("/") else posixpath.normpath(posixpath.join(posixpath.dirname(including), name))


def _not_there(path: str, token: str = "") -> str:
    if token:
        return f'could not open secondary authentication file "{token}" as "{path}": No such file or directory'
    return f'could not open file "{path}": No such file or directory'
