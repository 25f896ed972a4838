"""Where a hole stands in SQL: as a value, which a placeholder can stand for, or as a name, which nothing can."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from safeconduct.airflow.dags.holes import MARK, has_holes

if TYPE_CHECKING:
    from safeconduct.airflow.dags.holes import Hole, Holes

_HOLES = MARK.pattern[1:-1]
_WORD = rf"(?![eE]')\w+(?![\w{_HOLES}])"  # without a hole
_TOKEN = re.compile(
    rf"""
    (?: (?P<words> {_WORD} (?: \s+ {_WORD} )* )
    | (?P<word> (?![eE]') [\w{_HOLES}]+ )
    | (?P<comment> --[^\n]* | /\*.*?(?:\*/|\Z) )
    | (?P<string> [eE]'(?:[^'\\]|\\.|'')*(?:'|\Z) | '(?:[^']|'')*(?:'|\Z) )
    | (?P<quoted> "(?:[^"]|"")*(?:"|\Z) )
    | (?P<dollar> \$(?:[^\W\d]\w*)?\$ )
    | (?P<sign> \S ) )
    \s*
    """,
    re.VERBOSE | re.DOTALL,
)
_BEFORE_VALUES = frozenset(
    "= < > + - * / % | [ like ilike between limit offset interval date timestamp timestamptz time then else in".split()
)
_LISTS = frozenset("in values any all some [".split())
_NOT_FUNCTIONS = frozenset(
    "and or not on as where from select join using with over by into table references index conflict exists key "
    "unique check primary when then else case set filter array".split()
)
_TAKE_NAMES = frozenset(
    "nextval currval setval to_regclass to_regproc to_regtype pg_get_serial_sequence has_table_privilege "
    "has_schema_privilege pg_relation_size pg_total_relation_size set_config dblink dblink_exec execute format "
    "lo_import lo_export".split()
)
_REGCLASS = re.compile(r"\s*::\s*reg", re.I)
_NAMES_A_SETTING = re.compile(r"\s*set\s+(?:local\s+|session\s+)?(?:search_path|role|session|schema)\b", re.I)


@dataclass(slots=True)
class Filled:
    """The SQL with its holes filled, or the hole that cannot be, with the reason in a sentence."""

    text: str = ""
    hole: Hole | None = None
    reason: str = ""
    assumptions: list[str] = field(default_factory=list)


def fill(text: str, holes: Holes) -> Filled:
    """Put a placeholder for each hole that stands for a value, and the default for each that has one.

    Lines stay where they are. A hole that stands for a name, for part of one, or for any SQL is the answer's `hole`.
    """
    filled = Filled(text)
    if not has_holes(text):
        return filled
    marks = MARK.findall(text)
    if any(holes.hole(mark).default is not None for mark in marks):
        filled.text = MARK.sub(lambda mark: _default(holes.hole(mark[0]), mark[0], filled), text)
        marks = MARK.findall(filled.text)
    return _Filling(filled.text, holes, filled).result(len(marks)) if marks else filled


def _default(hole: Hole, mark: str, filled: Filled) -> str:
    if hole.default is None:
        return mark
    sentence = f"{hole.what} is taken to be {hole.default!r}, its default: {hole.why}."
    if sentence not in filled.assumptions:
        filled.assumptions.append(sentence)
    return hole.default + "\n" * hole.newlines


class _Filling:
    """Goes through the tokens of a text, and knows before which a value can stand."""

    def __init__(self, text: str, holes: Holes, filled: Filled) -> None:
        self.source, self.holes, self.filled = text, holes, filled
        self.last, self.before_last, self.closed = "", "", ""
        self.open: list[str] = []
        self.statement = 0  # where the statement began
        self.is_between = self.ends_between = False

    def result(self, left: int) -> Filled:
        """The filled text; `left` is how many holes it has."""
        parts, end = list[str](), 0
        for token in _TOKEN.finditer(self.source):
            kind = token.lastgroup or ""
            text = token[kind]
            if kind == "words":
                self._pass_words(text.lower().split())
                continue
            if not text.isascii() and (holes := len(MARK.findall(text))):
                parts += [self.source[end : token.start()], self._filled(kind, text, token.end(kind))]
                end, left = token.end(kind), left - holes
                if self.filled.hole is not None:
                    return self.filled
                if not left:
                    break
            if kind == "word":
                self._pass_words([text.lower()])
            elif kind != "comment":
                self._pass(kind, text, token.end())
        self.filled.text = "".join([*parts, self.source[end:]])
        return self.filled

    def _pass_words(self, words: list[str]) -> None:
        self.before_last, self.last = words[-2] if len(words) > 1 else self.last, words[-1]
        self.ends_between = False
        if self.is_between or "between" in words:
            for word in words:
                self.ends_between = self.is_between and word == "and"
                self.is_between = word == "between" or (self.is_between and word != "and")

    def _pass(self, kind: str, text: str, end: int) -> None:
        if kind == "sign":
            self._open_or_close(text, end)
        self.ends_between = False
        self.before_last, self.last = self.last, "text" if kind in {"string", "quoted"} else text

    def _open_or_close(self, sign: str, end: int) -> None:
        if sign == "(" or sign == "[":
            self.open.append(self._label(sign))
        elif sign in {")", "]"} and self.open:
            self.closed = self.open.pop()
        elif sign == ";":
            self.statement, self.open = end, []

    def _label(self, text: str) -> str:
        """What the parenthesis that opens here holds: values, the arguments of a function, or something else."""
        if self.last in _LISTS or text == "[":
            return "values"
        if self.last == "," and self.closed == "values" and not self.open:
            return "values"
        is_word = re.fullmatch(r"\w+", self.last) is not None
        named = self.before_last in {"into", "table", "references", "index", "on", "copy", "."}
        return "function" if is_word and self.last not in _NOT_FUNCTIONS and not named else "group"

    def _filled(self, kind: str, text: str, end: int) -> str:
        if kind == "comment":
            return MARK.sub(lambda mark: self.holes.hole(mark[0]).sample, text)
        reason = self._reason(kind, text, end)
        if reason:
            self.filled.hole, self.filled.reason = self.holes.within(text)[0], reason
            return ""
        if kind == "string":
            return MARK.sub(lambda mark: _within_quotes(self.holes.hole(mark[0])), text)
        return _placeholder(self.holes.hole(text))

    def _reason(self, kind: str, text: str, end: int) -> str:
        """Why the holes of the token cannot be filled; empty if they can."""
        if _NAMES_A_SETTING.match(self.source, self.statement):
            return "it names a schema or a role"
        if kind == "string":
            return self._reason_in_string(end)
        if len(text) > 1 or kind == "quoted" or self.source[end : end + 1] in {".", "("}:
            return "it is part of a name"
        if self.last == ".":
            return "it is part of a name"
        return "" if self._takes_value(self.holes.hole(text)) else "it stands where a name or any SQL may stand"

    def _reason_in_string(self, end: int) -> str:
        names = self.last == "execute" or (self.last == "(" and self.before_last in _TAKE_NAMES)
        if names or _REGCLASS.match(self.source, end):
            return "the text that it is part of names an object or is SQL"
        return ""

    def _takes_value(self, hole: Hole) -> bool:
        if self.last in _BEFORE_VALUES or (self.last == "and" and self.ends_between):
            return True
        if self.last in {"(", ","} and self.open:
            return self.open[-1] == "values" or (self.open[-1] == "function" and bool(hole.sample))
        return False


def _within_quotes(hole: Hole) -> str:
    return hole.sample.replace("'", "''") + "\n" * hole.newlines


def _placeholder(hole: Hole) -> str:
    name = re.sub(r"[^\w.]+", "_", hole.what).strip("_.")[:60]
    return f"%({name or 'value'})s" + "\n" * hole.newlines
