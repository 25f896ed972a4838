"""Connection options with the place each value came from, so that a finding can name the line to mend."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from safeconduct.model import MASK, Finding, Remedy, RemedyKind, Secret
from safeconduct.postgres import rules_target as rules
from safeconduct.postgres.options import OPTIONS

ALIASES = {
    "database": "dbname",
    "username": "user",
    "login": "user",
    "pass": "password",
    "ssl": "sslmode",
    "ssl_mode": "sslmode",
    "ssl_ca": "sslrootcert",
    "sslca": "sslrootcert",
    "ssl_cert": "sslcert",
    "ssl_key": "sslkey",
    "timeout": "connect_timeout",
    "schema": "options",
    "search_path": "options",
    "currentschema": "options",
    "statement_timeout": "options",
}
"""What other drivers (JDBC, MySQL, asyncpg) call libpq's options."""

_LETTERS = re.compile(r"[A-Za-z][A-Za-z_]{0,60}")
_NAME = re.compile(r"[a-z]+(?:[_-][a-z]+){0,5}")
"""What options of other drivers look like. Few passwords do: they have digits, capitals or marks."""


@dataclass(frozen=True)
class Setting:
    """A value and its origin: "login of the connection", "PGSSLMODE", "service file /etc/x line 3".

    Any option may turn out to hold a secret (a password pasted into the wrong field), so every value is one.
    """

    value: Secret
    origin: str

    @property
    def text(self) -> str:
        """The value itself."""
        return self.value.reveal()


Settings = Mapping[str, Setting]


def nearest(keyword: str) -> str | None:
    """The libpq option that was probably meant, or None. Old Airflow forms prefixed keys: extra__postgres__sslmode."""
    lowered = re.sub(r"^extra__[a-z]+__", "", keyword.lower())
    if lowered in OPTIONS:
        return lowered
    if lowered in ALIASES:
        return ALIASES[lowered]
    import difflib  # only a misspelt option needs it

    found = difflib.get_close_matches(lowered, OPTIONS, n=1, cutoff=0.75)
    return found[0] if found else None


def is_near(keyword: str) -> bool:
    """Whether it may be shown though it may come from a definition that was misread, where pieces of a password stand
    in place of keywords: it consists of letters and underscores, and it is nearly an option of libpq.
    """
    return _LETTERS.fullmatch(keyword) is not None and nearest(keyword) is not None


def unknown_option(subject: str, keyword: str, origin: str) -> Finding:
    """libpq refuses an option that it does not know; name it and the one that was probably meant.

    What does not look like the name of an option is not shown: `postgres://u:12?rest@h` makes `rest@h` a keyword.
    """
    meant = nearest(keyword) if is_near(keyword) else None
    hint = f"; did you mean {meant}?" if meant else ""
    if meant is None and not _NAME.fullmatch(keyword):
        keyword, hint = MASK, "; it is not shown, as it may be a piece of a password"
    return rules.OPTION_UNKNOWN.finding(
        subject,
        f"libpq knows no connection option {keyword!r} ({origin}){hint}",
        evidence={"option": keyword, "origin": origin, **({"nearest": meant} if meant else {})},
        remedies=_rename(keyword, meant),
    )


def _rename(keyword: str, meant: str | None) -> tuple[Remedy, ...]:
    take_out = f"take {json.dumps(keyword)} out of the connection's extra"
    if meant is None:
        return (Remedy(RemedyKind.OPTION, take_out),)
    sample = {"sslmode": "require", "options": "-c search_path=my_schema"}.get(meant, "...")
    return (Remedy(RemedyKind.OPTION, json.dumps({meant: sample}), when=f"in the extra, in place of {keyword!r}"),)


def invalid_option(subject: str, keyword: str, setting: Setting, reason: str, *, show: bool = True) -> Finding:
    """libpq refuses a value. `show` is False where it may be a piece of a password."""
    value = setting.text if show else MASK
    return rules.OPTION_INVALID.finding(
        subject,
        f"{keyword}={value!r} ({setting.origin}) {reason}",
        evidence={"option": keyword, "value": value, "origin": setting.origin},
    )
