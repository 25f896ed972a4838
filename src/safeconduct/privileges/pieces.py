"""Where the statements of a text begin and end, also of one that PostgreSQL's parser refuses."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN = re.compile(
    r"""
    (?P<line> --[^\n]*) | (?P<comment> /\*)
    | (?P<quoted> (?<![\w$])[eE]'(?:[^'\\]|\\.|'')*(?P<e>'?) | '(?:[^']|'')*(?P<s>'?) | "(?:[^"]|"")*(?P<d>"?)
      | (?<![\w$])\$(?P<tag>(?:[^\W\d]\w*)?)\$.*?(?P<t>\$(?P=tag)\$|\Z) )
    | (?P<word> [^\W\d][\w$]*) | (?P<open> \() | (?P<close> \)) | (?P<end> ;)
    | (?P<backslash> \\[^\n]*) | (?P<other> \S)
    """,
    re.VERBOSE | re.DOTALL,
)
_COMMENT = re.compile(r"/\*|\*/")
_KINDS = ("word", "open", "close", "end", "backslash", "other")
_FIRST_WORDS = 4


@dataclass
class Pieces:
    """The text between semicolons, each with its offsets; `is_torn` where a quote or comment is open at the end.

    A command of psql's own (a backslash where a statement would begin) is a piece by itself, to the end of its line.
    """

    text: str
    spans: list[tuple[int, int]] = field(default_factory=list)
    is_torn: bool = False
    _words: list[str] = field(default_factory=list)
    _is_empty: bool = True
    _brackets: int = 0
    _begun: int = 0

    def __post_init__(self) -> None:
        start = 0
        for begin, end, kind in self._tokens():
            if kind == "backslash" and self._is_empty:
                self.spans.append((start, end))
                start = end
            elif kind == "end" and not self._is_inside:
                if not self._is_empty:
                    self.spans.append((start, begin))
                start = end
                self._words, self._is_empty, self._brackets, self._begun = [], True, 0, 0
            elif kind != "skip":
                self._is_empty = False
                self._count(kind, self.text[begin:end].upper())
        if not self._is_empty:
            self.spans.append((start, len(self.text)))

    @property
    def _is_inside(self) -> bool:
        """Whether a semicolon ends no statement here: in the list of a rule's actions, or between BEGIN ATOMIC and END.

        Those are the only places where PostgreSQL's grammar has one (RuleActionMulti, routine_body_stmt_list).
        """
        return bool(self._begun) or (self._brackets > 0 and self._words[:1] == ["CREATE"] and "RULE" in self._words)

    def _count(self, kind: str, word: str) -> None:
        """psql's rule for BEGIN ATOMIC (psqlscan.l): CASE and END are counted between it and its own END."""
        if kind == "open":
            self._brackets += 1
        elif kind == "close":
            self._brackets -= 1
        if kind != "word":
            return
        if len(self._words) < _FIRST_WORDS:
            self._words.append(word)
        if self._words[0] == "CREATE" and not self._brackets and {"FUNCTION", "PROCEDURE"} & {*self._words}:
            if word == "BEGIN" or (word == "CASE" and self._begun):
                self._begun += 1
            elif word == "END" and self._begun:
                self._begun -= 1

    def _tokens(self) -> Iterator[tuple[int, int, str]]:
        at = 0
        while found := _TOKEN.search(self.text, at):
            at, kind = found.end(), found.lastgroup or ""
            if found["comment"]:
                at, kind = self._after_comment(at), "skip"
            elif found["line"] is not None:
                kind = "skip"
            elif found["quoted"]:
                kind = "quoted"
                self.is_torn |= not (found["e"] or found["s"] or found["d"] or found["t"])
            else:
                kind = next(one for one in _KINDS if found[one])
            if kind == "backslash" and not self._is_empty:
                at, kind = found.start() + 1, "other"
            yield found.start(), at, kind

    def _after_comment(self, at: int) -> int:
        """Comments nest."""
        depth = 1
        for found in _COMMENT.finditer(self.text, at):
            depth += 1 if found[0] == "/*" else -1
            if not depth:
                return found.end()
        self.is_torn = True
        return len(self.text)
