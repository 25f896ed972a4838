"""Values given to a name that announces a secret: `password=...`, `"token": "..."`, `PASSWORD '...'`.

Looked for in conninfo strings, query strings, configuration, JSON, Python, YAML, SQL and environment variables. The
text is read once from left to right, and what has been looked at is never looked at again.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from safeconduct.masking.names import is_secret_key
from safeconduct.masking.uris import END_OF_STRING
from safeconduct.model import MASK

if TYPE_CHECKING:
    from collections.abc import Iterator

# Most texts have none of these and need no closer look.
_HINT = re.compile(r"pass|pwd|secret|token|key|jwt|cred|auth|sig|sas|webhook|pat", re.I)
_PLACEHOLDER = re.compile(
    r"\*+|\.{3,}|…|<[A-Za-z][A-Za-z' _-]*>|\{\{.{0,200}?\}\}|\$\{[^}\s]{0,200}\}|%\(\w{1,60}\)s|"
    r"(?:None|null|true|false)\b",
    re.I,
)
_PATH = re.compile(r"(?:~|\.{0,2})/[\w./~*-]{1,300}(?=[\"'\s,;&)}\]]|\Z)")
_PATH_KEYS = re.compile(r"(?:ssl|tls|ssh|rsa|private|client)_?key$", re.I)
# In prose a word such as `token` stands before what is quoted, but not these.
_NO_PROSE = re.compile(r"password$|[._]", re.I)
_QUOTE = re.compile(r"(\\*)([\"'])")
_QUOTE_OR_NEWLINE = re.compile(r"[\"'\r\n]")
# In libpq's strings a backslash makes the blank after it a part of the value.
# `&`, `;` and `,` end a value only before the next `name=`: they may as well be part of a raw password.
_BARE_END = re.compile(rf"(?<!\\)\s|{END_OF_STRING.pattern}|[&;,](?=[\w.%-]{{1,100}}=)")
_JSON_BARE_END = re.compile(r"[\s,}\]{\[]|\Z")
_DOUBLED = re.compile(r"(?:[^'\r\n]|'')*")
# A value whose quotation marks are doubled, as inside a literal: CONNECTION 'host=h password=''a b'''.
_IN_LITERAL = re.compile(r"''(?P<value>(?![\s,;:)\]}&|'])(?:[^'\r\n\\]|\\(?:''|.))+)''")
_ESCAPED = re.compile(r"(?:[^'\\\r\n]|''|\\.)*")
_LAST_OF_LINE = re.compile(r"[ \t]+(\S+)[ \t]*(?=[\r\n]|\Z)")
_QUOTED_ITEM = re.compile(
    r"""[ \t]+(?:'((?:[^'\r\n]|'')*)'(?!')|"((?:[^"\\\r\n]|\\.)*)")[ \t]*(?=[\r\n,}\])]|[ \t]\#|\Z)"""
)


@cache
def _assignment() -> re.Pattern[str]:
    # (?=(...))\1 takes the whole name at once and never tries a part of it: what is possessive in Python 3.11.
    name = r"(?<![\w.-])(?=([\w.-]+))\1"
    # Not `::`, which is SQL's cast.
    sign = r"(?P<sign>=>|==?|:=|:(?!:))|(?P<literal>(?<=\s)(?:(?i:TO)\s+)?[EeUu]?&?(?='))|(?P<dollar>(?<=\s)\$\w*\$)"
    return re.compile(rf"{name}(?P<closing>\\*[\"'])?\s*(?:{sign})")


def hide_assigned(text: str) -> str:
    """The text with the mask in place of every value under a secret name; placeholders such as `<password>` stay."""
    if not _HINT.search(text):
        return text
    parts, last = [], 0
    for _, start, end in assigned_in(text):
        parts += [text[last:start], MASK]
        last = end
    return "".join([*parts, text[last:]])


def assigned_in(text: str) -> Iterator[tuple[str, int, int]]:
    """Each secret name with where its value begins and ends."""
    last = 0
    while found := _assignment().search(text, last):
        start, last = _value(text, found) if _is_secret(text, found) else (found.end(), found.end())
        if last > start:
            yield found[1], start, last


def _is_secret(text: str, found: re.Match[str]) -> bool:
    name = found[1]
    if found["literal"] is not None or found["dollar"]:
        return bool(_NO_PROSE.search(name)) and is_secret_key(name)
    if is_secret_key(name):
        return True
    # In an escaped text the n of \n stands before the name.
    return text[found.start() - 1 : found.start()] == "\\" and name[:1] in "nrt" and is_secret_key(name[1:])


def _value(text: str, found: re.Match[str]) -> tuple[int, int]:
    """Where the value begins and ends; an empty range where there is nothing to hide."""
    if found["dollar"]:
        end = text.find(found["dollar"], found.end())
        return found.end(), end if end >= 0 else len(text)
    if found["literal"] is not None:
        return _literal(text, found.end() + 1, found["literal"][-2:].lstrip())
    start = _skip_space(text, found.end(), found["closing"] is not None)
    if not found["closing"] and found["sign"] == ":":
        return _last_of_line(text, found.end())
    if inner := _IN_LITERAL.match(text, start):
        return inner.span("value")
    quote = _QUOTE.match(text, start)
    begin = quote.end() if quote else start
    end = _closing(text, quote) if quote else _bare(text, start, found)
    if _stays(text, begin, end, found[1]):
        return begin, begin
    return begin, end


def _literal(text: str, begin: int, prefix: str) -> tuple[int, int]:
    """SQL's `'it''s'`. Only after an E do backslashes count, but not everybody knows that."""
    if inner := _IN_LITERAL.match(text, begin - 1):
        return inner.span("value")
    escaped = _ESCAPED.match(text, begin)
    plain = _DOUBLED.match(text, begin) if prefix.upper() != "E" else None
    end = max(found.end() for found in (escaped, plain) if found)
    placeholder = _PLACEHOLDER.fullmatch(text, begin, end)
    return (begin, begin) if placeholder else (begin, end)


def _skip_space(text: str, place: int, over_lines: bool) -> int:
    space = " \t\r\n" if over_lines else " \t"
    while place < len(text) and text[place] in space:
        place += 1
    return place


def _last_of_line(text: str, place: int) -> tuple[int, int]:
    """`password: value` or `password: 'a value'`: YAML or a log line; in prose more words follow."""
    found = _LAST_OF_LINE.match(text, place) or _QUOTED_ITEM.match(text, place)
    if not found or _PLACEHOLDER.fullmatch(found[found.lastindex or 0].strip("'\"")):
        return place, place
    return found.span(found.lastindex or 0)


def _closing(text: str, opening: re.Match[str]) -> int:
    """Where the quoted value ends: at its own quote at the same depth of escaping, else with the line.

    A quote inside a string has more backslashes; those that stand for themselves come in pairs of each depth.
    """
    depth, quote = len(opening[1]), opening[2]
    place = opening.end()
    while found := _QUOTE_OR_NEWLINE.search(text, place):
        place = found.end()
        if found[0] in "\r\n":
            return found.start()
        if found[0] == quote and _backslashes(text, opening.end(), found.start()) % (2 * (depth + 1)) == depth:
            return found.start() - depth
    return len(text)


def _backslashes(text: str, start: int, end: int) -> int:
    """How many stand directly before `end`, not looking before `start`."""
    place = end
    while place > start and text[place - 1] == "\\":
        place -= 1
    return end - place


def _bare(text: str, start: int, found: re.Match[str]) -> int:
    pattern = _JSON_BARE_END if found["sign"] == ":" else _BARE_END
    end = pattern.search(text, start)
    return end.start() if end else len(text)


def _stays(text: str, begin: int, end: int, name: str) -> bool:
    if begin == end:
        return True
    placeholder = _PLACEHOLDER.match(text, begin)
    if placeholder and placeholder.end() >= end:
        return True
    return bool(_PATH_KEYS.search(name) and (path := _PATH.match(text, begin)) and path.end() == end)
