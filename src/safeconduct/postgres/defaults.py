"""What libpq adds to the options it is given: the service, the environment, its own defaults."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from safeconduct.model import Finding, Secret
from safeconduct.postgres.options import OPTIONS
from safeconduct.postgres.service import read_service
from safeconduct.postgres.settings import Setting, invalid_option

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from safeconduct.postgres.options import Option
    from safeconduct.postgres.settings import Settings

OWN_DEFAULT = "libpq's default"


def with_defaults(
    subject: str, explicit: Settings, environ: Mapping[str, str], home: Path | None
) -> dict[str, Setting] | Finding:
    """Every option that has a value, in libpq's order of precedence (conninfo_add_defaults in fe-connect.c).

    What was given explicitly, then the service's section, then the environment, then the compiled-in default. An
    environment variable that is set but empty counts.
    """
    settings = dict(explicit)
    service = settings.get("service") or _from_environment(OPTIONS["service"], environ)
    if service is not None:
        found = read_service(subject, service, environ, home)
        if isinstance(found, Finding):
            return found
        settings = {**found, **settings}
    for keyword, option in OPTIONS.items():
        value = settings.get(keyword) or _from_environment(option, environ) or _otherwise(keyword, option, environ)
        if value is not None:
            settings[keyword] = value
    return _strengthened(settings)


def _from_environment(option: Option, environ: Mapping[str, str]) -> Setting | None:
    if option.variable and option.variable in environ:
        return Setting(Secret(environ[option.variable]), option.variable)
    return None


def _otherwise(keyword: str, option: Option, environ: Mapping[str, str]) -> Setting | None:
    if keyword == "sslmode" and environ.get("PGREQUIRESSL", "").startswith("1"):
        return Setting(Secret("require"), "PGREQUIRESSL")
    return None if option.default is None else Setting(Secret(option.default), OWN_DEFAULT)


def _strengthened(settings: dict[str, Setting]) -> dict[str, Setting]:
    """With sslrootcert=system the default of sslmode is verify-full."""
    root = settings.get("sslrootcert")
    if root is not None and root.text == "system" and settings["sslmode"].origin == OWN_DEFAULT:
        settings["sslmode"] = Setting(Secret("verify-full"), "default with sslrootcert=system")
    return settings


_INTEGER = re.compile(r"\s*[+-]?\d+\s*")


def parse_integer(text: str) -> int | None:
    """A number as libpq reads it (pqParseIntParam): blanks around it are fine, anything else or overflow is None."""
    if not text.isascii() or not _INTEGER.fullmatch(text):
        return None
    number = int(text)
    return number if -(2**31) <= number < 2**31 else None


def wrong_integer(subject: str, keyword: str, setting: Setting) -> Finding:
    """libpq refuses the value because it is no whole number."""
    return invalid_option(subject, keyword, setting, "is no whole number")
