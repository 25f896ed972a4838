"""The prefixes under which a place keeps connections, variables and options, and the patterns of what is looked up."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from safeconduct.secrets.kwargs import WrongKwarg
from safeconduct.secrets.place import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from safeconduct.secrets.kwargs import Kwargs


@dataclass(frozen=True)
class Prefixes:
    """A prefix of None is not looked up at all; `separator` stands between a prefix that is not empty and the name."""

    prefixes: Mapping[Kind, str | None]
    patterns: Mapping[Kind, str | None]
    separator: str

    def asks_for(self, kind: Kind, name: str) -> bool:
        """Whether this name is looked up here."""
        if self.prefixes[kind] is None:
            return False
        pattern = self.patterns[kind]
        return not pattern or re.match(pattern, name, re.IGNORECASE) is not None


def prefixes_of(kwargs: Kwargs, default: str, separator: str) -> Prefixes:
    """As these options have them, the defaults with {} for the kind. Raises WrongKwarg."""
    prefixes, patterns = {}, {}
    for kind in Kind:
        prefix = kwargs.text(f"{kind.value}_prefix", default.format(kind.value))
        prefixes[kind] = prefix.rstrip(separator) if prefix and separator else prefix
        name = f"{kind.value}_lookup_pattern"
        patterns[kind] = _pattern(name, kwargs.text(name))
    return Prefixes(prefixes, patterns, separator)


def _pattern(name: str, text: str | None) -> str | None:
    try:
        re.compile(text or "")
    except (re.error, RecursionError, OverflowError):
        raise WrongKwarg(name, "is no regular expression", fatal=False) from None
    return text
