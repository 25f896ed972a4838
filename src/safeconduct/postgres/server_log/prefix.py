"""log_line_prefix as a pattern: what stands before the severity of a line, and what it tells.

The escapes are those of PostgreSQL 13 to 18 (documentation, "log_line_prefix"). Where nobody says which prefix a log
was written with, the common ones are tried on it.
"""

from __future__ import annotations

import re
from functools import lru_cache

from safeconduct.postgres.server_log.clock import TIME

COMMON = (
    "%m [%p] %e ",
    "%m [%p] %e %q%u@%d ",
    "%m [%p] %q%u@%d ",  # Debian; without the part after %q it is PostgreSQL's own default
    "%m [%p] %q%u@%d/%a ",
    "%m [%p] %q[%a] %u@%d ",
    "%m [%p-%l] %q%u@%d ",  # Debian before 2016
    "%t [%p]: user=%u,db=%d,app=%a,client=%h ",  # the next are pgbadger's
    "%t [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h ",
    "%t [%p]: [%l-1] user=%u,db=%d ",
    "%t [%p]: [%l-1] %quser=%u,db=%d,app=%a,client=%h ",
    "%t [%p]: db=%d,user=%u,app=%a,client=%h ",
    "%m [%p]: [%l-1] db=%d,user=%u ",  # Cloud SQL
    "%m [%p]: [%l-1] db=%d,user=%u,app=%a,client=%h ",
    "%m [%p]: [%l-1] db=%d,user=%u,host=%h ",
    "%t:%r:%u@%d:[%p]:",  # RDS and Aurora
    "%m:%r:%u@%d:[%p]:%l:%e:%s:%v:%x:%c:%q%a:",  # the other one that RDS offers
    "%t-%c-",  # Azure
    "%t-%c-user=%u,db=%d,app=%a,client=%h ",
    "%m [%p] %q%u@%d %h ",
    "%m [%p] %u@%d %h ",
    "%m [%p] %u@%d ",
    "%m [%p] %r %u@%d ",
    "%m [%p] %h %u@%d ",
    "%m [%p] %u %d %h ",
    "%m %u@%d [%p] ",
    "%m [%c] %q%u@%d ",
    "%m %p ",
    "%n [%p] ",
    "%t ",
    "%m ",
    "%t [%p] ",
)

_ESCAPES = {
    "a": ".*?",
    "u": "(?P<user>.*?)",
    "d": "(?P<database>.*?)",
    "r": r"(?P<remote>[^\s\[\]()]*(?:\(\d*\))?|\[local\])",
    "h": r"(?P<host>[^\s\[\]()]*|\[local\])",
    "L": r"[^\s()]*?",
    "b": ".*?",
    "p": r"(?P<pid>\d{1,18})",
    "P": r"\d*",
    "t": f"(?P<time>{TIME})",
    "m": f"(?P<time>{TIME})",
    "n": r"(?P<epoch>\d{1,12}\.\d{3})",
    "i": "(?P<activity>.*?)",
    "e": "(?P<sqlstate>[0-9A-Z]{5})",
    "c": r"[0-9a-f]{1,16}\.(?P<hexpid>[0-9a-f]{1,15})",
    "l": r"\d+",
    "s": f"(?:{TIME})?",
    "v": r"\S*?",
    "x": r"\d*",
    "Q": r"-?\d*",
    "%": "%",
}
_PART = re.compile(r"%(-?\d*)(.)|([^%]+)|%", re.S)
_NAMED = re.compile(r"\(\?P<(\w+)>")

# What follows the prefix: severity or part ("DETAIL"), a colon, spaces, the SQLSTATE where the server is verbose.
# French puts a space before some of its colons, Korean one after some.
_REST = r"(?P<label>[^\W\d_][\w ]{0,24}?) ?: {1,3}(?:(?P<state>[0-9A-Z]{5}): )?(?P<text>.*)"
_ENGLISH = r"(?P<label>[A-Z]{3,9}[1-5]?):  (?:(?P<state>[0-9A-Z]{5}): )?(?P<text>.*)"
# What a prefix that nobody told us of may still show: names with their values, a process id in brackets.
_ANY = rf"(?P<any>.{{0,400}}?)(?:(?<=[\s\]:|-])|^){_ENGLISH}"


@lru_cache(maxsize=64)
def line_pattern(prefix: str) -> re.Pattern[str]:
    """The pattern of a line that begins with this log_line_prefix; its groups are named after what they tell."""
    seen: set[str] = set()
    parts = [_part(found, seen) for found in _PART.finditer(prefix)]
    optional = "".join(parts).partition("%q")
    before = optional[0] + (f"(?:{optional[2]})?" if optional[1] else "")
    return re.compile(before + (_REST if before else _ENGLISH), re.S)


@lru_cache(maxsize=1)
def any_pattern() -> re.Pattern[str]:
    """The pattern of a line in English whose prefix is not known."""
    return re.compile(_ANY, re.S)


def _part(found: re.Match[str], seen: set[str]) -> str:
    """One escape, or the text between two. `%q` stays: it says where the optional part begins."""
    padding, letter, text = found.groups()
    if letter is None:
        return re.escape(text) if text is not None else ""
    if letter == "q":
        return "%q"
    pattern = _ESCAPES.get(letter, "")
    for name in _NAMED.findall(pattern):
        if name in seen:
            pattern = pattern.replace(f"(?P<{name}>", "(?:")
        seen.add(name)
    return rf"\s*{pattern}\s*" if padding else pattern
