"""A psql script taken apart: statements, psql's own commands, and the data that COPY FROM STDIN reads.

The borders of a statement are psql's (chapter "psql" of the manual): a semicolon outside quotes, parentheses and
BEGIN ATOMIC bodies ends it, a backslash begins a command that lasts to the end of the line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""
    (?P<skip>--[^\n]*|/\*)
    |(?P<dollar>\$(?:[A-Za-z_\x80-\uffff][A-Za-z0-9_\x80-\uffff]*)?\$)
    |(?P<escape>\b[eE]'(?:[^'\\]|\\.|'')*')
    |(?P<quoted>'(?:[^']|'')*'|"(?:[^"]|"")*")
    |(?P<word>[A-Za-z_\x80-\uffff][A-Za-z0-9_$\x80-\uffff]*)
    |(?P<cast>::|:=)
    |:'(?P<literal>\w+)'|:"(?P<name>\w+)"|:(?P<variable>\w+)
    |(?P<meta>\\;|\\[^\s\\]+[^\n]*)
    |(?P<mark>[;()])
    """,
    re.VERBOSE | re.DOTALL,
)
_DATA_END = re.compile(r"^\\\.[ \t]*$", re.MULTILINE)
_COMMENT = re.compile(r"/\*|\*/")


@dataclass(frozen=True)
class Statement:
    """SQL with psql's variables filled in, and the line on which it begins."""

    text: str
    line: int


@dataclass(frozen=True)
class Meta:
    """A command of psql's, such as `gset`, with the rest of its line; `buffer` is the SQL that stands before it."""

    command: str
    arguments: str
    buffer: str
    line: int


class Script:
    """Read piece by piece, since what follows a COPY is data or SQL depending on what the server says.

    `variables` are psql's, which whoever reads the script may change between two pieces.
    """

    def __init__(self, text: str, variables: dict[str, str] | None = None) -> None:
        self._text = text
        self._at = 0
        self.variables = variables if variables is not None else {}

    def next(self) -> Statement | Meta | None:
        """The next piece; None at the end."""
        reading = _Reading(self._text, self._at, self.variables)
        found = reading.run()
        self._at = reading.at
        return found

    def data(self) -> str:
        """The lines that COPY FROM STDIN reads from here, up to the one that is a backslash and a point."""
        begin = self._text.find("\n", self._at) + 1 or len(self._text)
        end = _DATA_END.search(self._text, begin)
        self._at = end.end() if end else len(self._text)
        return self._text[begin : end.start() if end else len(self._text)]


class _Reading:
    """One piece in the making."""

    def __init__(self, text: str, at: int, variables: dict[str, str]) -> None:
        self.at = at
        self._text = text
        self._variables = variables
        self._parts: list[str] = []
        self._begun: int | None = None
        self._words: list[str] = []
        self._depth = self._blocks = 0

    def run(self) -> Statement | Meta | None:
        while match := _TOKEN.search(self._text, self.at):
            self._plain(self._text[self.at : match.start()])
            self.at = match.end()
            done = self._take(match)
            if done is not None:
                return done
        self._plain(self._text[self.at :])
        self.at = len(self._text)
        return Statement(self._sql(), self._line()) if self._begun is not None else None

    def _take(self, match: re.Match[str]) -> Statement | Meta | None:
        token = match[0]
        if match["skip"]:
            self._comment(token)
        elif match["meta"]:
            return self._meta(token, match.start())
        elif match["mark"]:
            return self._mark(token)
        elif match["dollar"]:
            self._dollar(token)
        else:
            self._word(match["word"])
            self._add(self._filled_in(match))
        return None

    def _comment(self, token: str) -> None:
        depth = 1
        while token == "/*" and depth and (mark := _COMMENT.search(self._text, self.at)):
            depth += 1 if mark[0] == "/*" else -1
            self.at = mark.end()
        if self._begun is not None:
            self._parts.append(" ")

    def _dollar(self, token: str) -> None:
        found = self._text.find(token, self.at)
        end = found + len(token) if found >= 0 else len(self._text)
        self._add(token + self._text[self.at : end])
        self.at = end

    def _mark(self, token: str) -> Statement | None:
        if token == ";" and not self._depth and not self._blocks:
            if self._begun is None:
                return None
            return Statement(self._sql(), self._line())
        self._depth = max(self._depth + {"(": 1, ")": -1}.get(token, 0), 0)
        self._add(token)
        return None

    def _word(self, word: str | None) -> None:
        """Follow BEGIN ATOMIC ... END, and CASE ... END in it, as psql does in CREATE FUNCTION."""
        if not word:
            return
        self._words.append(word.lower())
        if self._words[0] != "create" or self._depth:
            return
        begins = self._words[-2:] == ["begin", "atomic"] or (self._blocks and word.lower() == "case")
        if begins:
            self._blocks += 1
        elif self._blocks and word.lower() == "end":
            self._blocks -= 1

    def _meta(self, token: str, start: int) -> Meta | None:
        if token == r"\;":
            self._add(";")
            return None
        command, _, arguments = token[1:].partition(" ")
        line = self._text.count("\n", 0, start) + 1
        return Meta(command.strip(), arguments.strip(), self._sql(), line)

    def _filled_in(self, match: re.Match[str]) -> str:
        name = match["literal"] or match["name"] or match["variable"]
        if not name or name not in self._variables:
            return match[0]
        value = self._variables[name]
        if match["literal"]:
            return "'" + value.replace("'", "''") + "'"
        return '"' + value.replace('"', '""') + '"' if match["name"] else value

    def _plain(self, text: str) -> None:
        if self._begun is not None or text.strip():
            self._begin(self.at + len(text) - len(text.lstrip()))
            self._parts.append(text)

    def _add(self, text: str) -> None:
        self._begin(self.at - len(text))
        self._parts.append(text)

    def _begin(self, at: int) -> None:
        self._begun = at if self._begun is None else self._begun

    def _sql(self) -> str:
        return "".join(self._parts).strip()

    def _line(self) -> int:
        return self._text.count("\n", 0, self._begun or 0) + 1
