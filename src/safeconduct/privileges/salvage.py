"""What can be read of a text in which something cannot: the other statements are judged all the same."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from safeconduct.privileges.asked import SqlAsk, Unreadable, read_whole
from safeconduct.privileges.names import WrongSql, line_and_column
from safeconduct.privileges.pieces import Pieces

if TYPE_CHECKING:
    from safeconduct.model import Location

_MOST = 20
"""What cannot be read in one text is told one by one so many times, and then counted."""
_QUOTE = re.compile(r"""['"$]|/\*""")
_TURNS = re.compile(
    r"(?:RE)?SET\b.*\b(?:search_path|role|authorization|schema)\b|USE\b|\\c(?:onnect)?\b|\\ir?\b|\\include",
    re.DOTALL | re.IGNORECASE,
)
"""What decides how the statements after it are read: the role, search_path, another database, another file."""
_MYSQL = " (backticks are MySQL's: in PostgreSQL names stand in double quotes)"
_BEFORE = re.compile(r"(?:\s|--[^\n]*|/\*.*?\*/)*", re.DOTALL)
_OUTSIDE, _ALL = re.compile(r"[^\n;]"), re.compile(r"[^\n]")


def read_sql(
    text: str, origin: Location | None = None, sent_by: Location | None = None, *, is_file: bool = False
) -> SqlAsk:
    """The statements that can be read, and in `unreadable` what cannot; where nothing can, there is no statement.

    `origin`, `sent_by` and `is_file` are those of SqlAsk. Statements keep their places. Those after a part that cannot
    be read count as unreadable, too, where they may not be what they look like: behind a quote that is left open, or a
    change of role or search_path.
    """
    try:
        ask = read_whole(text)
        if ask.unread:
            raise WrongSql(text, None, ask.unread)
    except WrongSql as wrong:
        ask = _salvaged(text, wrong)
    return replace(ask, origin=origin, sent_by=sent_by, is_file=is_file)


def _salvaged(text: str, wrong: WrongSql) -> SqlAsk:
    pieces = Pieces(text)
    kept: list[str] = []
    found: list[Unreadable] = []
    done, line = 0, 1
    for start, end in pieces.spans:
        piece, why = text[start:end], _wrong_with(text[start:end])
        kept += [_OUTSIDE.sub(" ", text[done:start]), piece if why is None else _ALL.sub(" ", piece)]
        line, done = line + text.count("\n", done, start), end
        if why is not None:
            reason = _why_nothing_follows(piece, pieces.is_torn) if text[end:].strip(" \r\n\t;") else ""
            before = start - (text.rfind("\n", 0, start) + 1)
            found.append(_told(piece, line, before, why, reason, text[end:]))
            if reason:
                break
        line += text.count("\n", start, end)
    kept.append((_ALL if found else _OUTSIDE).sub(" ", text[done:]))
    readable = "".join(kept)
    told = found or [Unreadable(1, 1, 1, wrong.why, hides=text)]
    statements = read_whole(readable).statements if readable.strip(" \n;") else ()
    return SqlAsk(readable, statements, unreadable=_counted(told))


def _wrong_with(piece: str) -> WrongSql | None:
    if piece.startswith("\\", _begins(piece)):
        return WrongSql(piece, None, "a command of psql's own is no SQL")
    try:
        unread = read_whole(piece).unread
    except WrongSql as wrong:
        return wrong
    return WrongSql(piece, None, unread) if unread else None


def _why_nothing_follows(piece: str, is_torn: bool) -> str:
    """Why what follows is not judged; "" where it is."""
    if is_torn and _QUOTE.search(piece):
        return "a quote is left open, so where the statements after it begin cannot be told"
    if _TURNS.match(piece, _begins(piece)):
        return "it may decide by which role, search_path or database they are judged"
    return ""


def _told(piece: str, line: int, before: int, wrong: WrongSql, reason: str, rest: str) -> Unreadable:
    """`before` is how many characters of the piece's first line stand before it."""
    begins = _begins(piece)
    first = line + piece.count("\n", 0, begins)
    shown, column = line_and_column(piece, begins if wrong.offset is None else wrong.offset)
    column += before if shown == 1 else 0
    last = line + piece.count("\n")
    which = "this statement" if last == first else f"this statement (lines {first} to {last})"
    beside = f", nor are those after it: {reason}" if reason else ""
    hides = piece + (rest if reason else "")
    dialect = _MYSQL if "`" in piece else ""
    return Unreadable(first, line + shown - 1, column, f"{wrong.why}{dialect}; {which} is not judged{beside}", hides)


def _begins(piece: str) -> int:
    """The offset of its first word, behind comments."""
    found = _BEFORE.match(piece)
    return found.end() if found else 0


def _counted(found: list[Unreadable]) -> tuple[Unreadable, ...]:
    if len(found) <= _MOST + 1:
        return tuple(found)
    rest = found[_MOST:]
    hides = "\n".join(one.hides for one in rest)
    why = f"{rest[0].why}; nor are {len(rest) - 1} statements more that cannot be read"
    return (*found[:_MOST], replace(rest[0], why=why, hides=hides))
