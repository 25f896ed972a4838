"""SQL out of a log, always without its parameters, which may be anybody's data."""

from __future__ import annotations

import re

from safeconduct.masking import Masker

# The provider common.sql: its hooks say `Running statement: <sql>, parameters: <values>`, its operators `Executing: `.
_RUNNING = re.compile(r"Running statement: (?P<sql>.*)", re.S)
_EXECUTING = re.compile(r"Executing: (?P<sql>.*)", re.S)
_QUOTED = re.compile(r"^\[SQL: (?P<sql>.*)", re.S | re.M)  # SQLAlchemy's StatementError
# Where parameters begin the SQL ends, at the first place that looks like it: rather less SQL than one value.
_PARAMETERS = re.compile(
    r",\s+parameters:|\]?\s*\[parameters:|\]\s*\[SQL parameters hidden|\]\s*\(Background on this error"
)
LONGEST = 20_000


def logged_statement(text: str) -> str | None:
    """The SQL that this entry says is run."""
    found = _RUNNING.match(text) or _EXECUTING.match(text)
    return _clean(found["sql"]) if found else None


def begins_statement(text: str) -> bool:
    """Whether an entry that begins so says which SQL is run."""
    return text.startswith(("Running statement: ", "Executing: "))


def quoted_statement(text: str) -> str | None:
    """The SQL that an exception of SQLAlchemy quotes."""
    found = _QUOTED.search(text)
    return _clean(found["sql"].rstrip().removesuffix("]")) if found else None


def _clean(sql: str) -> str | None:
    return Masker().text(_PARAMETERS.split(sql[:LONGEST], maxsplit=1)[0].strip()) or None
