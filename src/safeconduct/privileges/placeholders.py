"""Make SQL with a driver's placeholders readable for PostgreSQL's parser, without moving anything."""

from __future__ import annotations

import re
from functools import lru_cache

_DEEPEST = 10_000
"""Tokens in a row that no comma ends. The parser library overflows the C stack somewhere above 40,000."""

_TOKEN = re.compile(
    r"""
    (?P<opaque> --[^\n]* | /\*.*?(?:\*/|\Z)
      | (?<![\w$])[eE]'(?:[^'\\]|\\.|'')*(?:'|\Z) | '(?:[^']|'')*(?:'|\Z) | "(?:[^"]|"")*(?:"|\Z)
      | (?<![\w$])\$(?P<tag>(?:[^\W\d]\w*)?)\$.*?(?:\$(?P=tag)\$|\Z) )
    | (?P<list>(?<!\w)in\s+)? (?P<placeholder> %\([^()]*\)[sbt] | %[sbt](?!\w) | (?<![:\w\\]):[^\W\d]\w*(?!:) )
    | (?P<percent>%%)
    | (?P<word>\w+) | (?P<open>[(\[]) | (?P<close>[)\]]) | (?P<comma>,) | (?P<end>;) | (?P<other>\S)
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)

_MAY_STAND = re.compile(r"%[(%sbt]|(?<![:\w\\]):[^\W\d]")
"""Found in every text that has a placeholder or a doubled percent sign, and in few others; quickly told."""


@lru_cache(maxsize=8)
def readable(sql: str) -> str:
    """The SQL with an empty string for each `%s`, `%(x)s` and `:x`, and a list for each after IN.

    A string can stand wherever a driver that fills in on the client's side may put a value (`INTERVAL %s`), which
    `$1` cannot. Every character keeps its place, so that a position in the result is one in the original (after
    an IN that ends its line, one column is off).
    """
    return _TOKEN.sub(_replacement, sql) if _may_have_any(sql) else sql


def is_literal(sql: str) -> bool:
    """Whether every constant is what the server will get: no driver puts anything in, or halves percent signs."""
    return "%" not in sql and readable(sql) == sql


def for_server(sql: str) -> str:
    """The SQL with NULL for each placeholder, which the server takes for a value of any type (see decision 0008).

    Positions move. Where the grammar wants a string (`INTERVAL %s`), it cannot be read.
    """
    return _TOKEN.sub(_null, sql) if _may_have_any(sql) else sql


def is_too_deep(sql: str) -> bool:
    """Whether the parser might overflow its stack: a chain of operators, joins or unions without any end."""
    if len(sql) <= _DEEPEST or sum(map(len, sql.split())) <= _DEEPEST:
        return False
    runs = [0]
    for token in _TOKEN.finditer(sql):
        if token["open"]:
            runs.append(0)
        elif token["close"] and len(runs) > 1:
            runs.pop()
        elif token["end"]:
            runs = [0]
        elif token["comma"]:
            runs[-1] = 0
        else:
            runs[-1] += 1
            if runs[-1] > _DEEPEST:
                return True
    return False


def _may_have_any(sql: str) -> bool:
    return ("%" in sql or ":" in sql) and _MAY_STAND.search(sql) is not None


def _replacement(token: re.Match[str]) -> str:
    whole = token[0]
    if token["percent"]:
        return "% "
    if not token["placeholder"]:
        return whole
    if not token["list"]:
        return "''".ljust(len(whole))
    words = token["list"]
    kept = words if words.endswith("\n") else words[:-1]
    return (kept + "('')").ljust(len(whole))


def _null(token: re.Match[str]) -> str:
    if token["percent"]:
        return "%"
    if not token["placeholder"]:
        return token[0]
    return f"{token['list']}(NULL)" if token["list"] else "NULL"
