"""Which names make Airflow hide a value in its pages, its API and its logs.

`DEFAULT_SENSITIVE_FIELDS` of `airflow.utils.log.secrets_masker` (2.7.3, 2.11.2) and of its successor in 3.3.2.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from safeconduct.airflow.option import Option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from safeconduct.airflow.configuration import Configuration

SWITCH, NAMES = "hide_sensitive_var_conn_fields", "sensitive_var_conn_names"
"""The options in [core]."""
_FIRST = frozenset(
    """access_token api_key apikey authorization passphrase passwd password private_key secret token keyfile_dict
    service_account""".split()
)
_2_11 = _FIRST | {"proxy", "proxies"}
_3 = _2_11 | frozenset(
    "access_key auth_header bearer connection_string dsn proxy_password service_key webhook_url".split()
)
DEEPEST = 5
"""How many names deep Airflow 2 looks into JSON (MAX_RECURSION_DEPTH); 3.3 looks at all of it."""
_OTHERS = re.compile(r"\W+")


@dataclass(frozen=True)
class Hiding:
    """What one Airflow hides. `on` is its switch, `given` what is configured beside its own names.

    `origin` says where that is configured, "" where it is not.
    """

    release: str
    on: bool
    names: frozenset[str]
    given: str = ""
    origin: str = ""

    def hides(self, path: Sequence[str]) -> bool:
        """Whether a value is hidden that stands in JSON under these names, the outermost first."""
        seen = path if self._is_3 else path[:DEEPEST]
        return self.on and any(self._is_sensitive(name) for name in seen)

    def hides_in_variable(self, path: Sequence[str]) -> bool:
        """The same for a variable, its key the first name. Airflow 2 looks at that alone, and only in its pages."""
        return self.hides(path if self._is_3 else path[:1])

    def name_to_hide(self, path: Sequence[str], in_variable: bool = False) -> str:
        """The name on this path that would have it hidden: the innermost, places in lists aside; "" for none."""
        names = path if self._is_3 or not in_variable else path[:1]
        return next((name for name in reversed(names) if not name.isdecimal()), "")

    def with_names(self, names: Sequence[str]) -> str:
        """The option's value that makes it hide these names, too."""
        given = [name.strip() for name in self.given.split(",") if name.strip()]
        return ",".join(dict.fromkeys([*given, *(self._plain(name) for name in names)]))

    def _is_sensitive(self, name: str) -> bool:
        plain = self._plain(name)
        return any(word in plain for word in self.names)

    def _plain(self, name: str) -> str:
        plain = name.strip().lower()
        return _OTHERS.sub("_", plain) if self._is_3 else plain

    @property
    def _is_3(self) -> bool:
        return self.release >= "3"


def hiding_of(configuration: Configuration, release: str) -> Hiding:
    """What an Airflow of this release ("2.11", "3.3") hides with this configuration."""
    switch = configuration.getboolean("core", SWITCH, fallback=True)
    option = configuration.option("core", NAMES)
    given = option.reveal() if isinstance(option, Option) else ""
    own = _3 if release >= "3" else _FIRST if release.startswith("2.7") else _2_11
    names = own | {name.strip() for name in given.split(",") if name.strip()}
    origin = option.origin if isinstance(option, Option) and given.strip() else ""
    return Hiding(release, switch is not False, frozenset(names), given, origin)
