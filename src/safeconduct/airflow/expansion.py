"""Environment variables and `~` in option values, expanded as Airflow's `expand_env_var` does."""

from __future__ import annotations

import os
import pwd
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_VARIABLE = re.compile(r"\$(\w+|\{[^}]*\})", re.ASCII)
_ROUNDS = 64
_LONGEST = 1 << 20  # characters


def expand(value: str, environ: Mapping[str, str]) -> str | None:
    """The value with `$NAME`, `${NAME}` and a leading `~` replaced, again and again until nothing changes.

    None when that never ends, as with variables that name each other: there Airflow itself hangs. None, too, when
    the value grows beyond a megabyte.
    """
    for _ in range(_ROUNDS):
        replaced = _expand_variables(value, environ)
        if replaced is None:
            return None
        expanded = _expand_user(replaced, environ)
        if expanded == value:
            return expanded
        value = expanded
    return None


def _expand_variables(value: str, environ: Mapping[str, str]) -> str | None:
    """One round; None when the value grows too long, which is reckoned before it is made."""

    # os.path.expandvars reads os.environ; the environment here is the caller's.
    def replacement(match: re.Match[str]) -> str:
        return environ.get(_name(match[1]), match[0])

    growth = sum(len(replacement(match)) - len(match[0]) for match in _VARIABLE.finditer(value))
    if growth > 0 and len(value) + growth > _LONGEST:
        return None
    return _VARIABLE.sub(replacement, value)


def _name(reference: str) -> str:
    return reference[1:-1] if reference.startswith("{") else reference


def _expand_user(value: str, environ: Mapping[str, str]) -> str:
    if not value.startswith("~"):
        return value
    user, slash, rest = value[1:].partition("/")
    home = _home_of(user, environ)
    if home is None:
        return value
    return (home.rstrip("/") + slash + rest) or "/"


def _home_of(user: str, environ: Mapping[str, str]) -> str | None:
    if not user and "HOME" in environ:
        return environ["HOME"]
    try:
        return pwd.getpwnam(user).pw_dir if user else pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:
        return None
