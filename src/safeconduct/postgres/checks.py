"""Values that libpq refuses before it connects (pqConnectOptions2 in fe-connect.c)."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from safeconduct.model import Remedy, RemedyKind
from safeconduct.postgres import rules_target as rules
from safeconduct.postgres.conninfo import URI_PREFIXES
from safeconduct.postgres.defaults import parse_integer, wrong_integer
from safeconduct.postgres.hook import EXTRA
from safeconduct.postgres.options import AUTHENTICATION_METHODS, OPTIONS, TLS_VERSIONS
from safeconduct.postgres.settings import invalid_option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from safeconduct.model import Finding
    from safeconduct.postgres.settings import Setting, Settings

STRONG_MODES = ("require", "verify-ca", "verify-full")


def check_values(subject: str, settings: Settings) -> Finding | None:
    """The first value that libpq would refuse, or one that would send a secret where a name belongs."""
    for keyword, setting in settings.items():
        if (found := _nul(subject, keyword, setting)) is not None:
            return found
    return next(_refusals(subject, settings), None)


def _refusals(subject: str, settings: Settings) -> Iterator[Finding]:
    yield from _strings_in_fields(subject, settings)
    yield from _outside_choices(subject, settings)
    yield from _wrong_integers(subject, settings)
    yield from _methods(subject, settings)
    yield from _tls_versions(subject, settings)
    yield from _weak_modes(subject, settings)


def _nul(subject: str, keyword: str, setting: Setting) -> Finding | None:
    if "\0" not in setting.text:
        return None
    return invalid_option(subject, keyword, setting, "holds a NUL character", show=False)


def _strings_in_fields(subject: str, settings: Settings) -> Iterator[Finding]:
    """Not refused by libpq, but the text would go to the name service or the server, and into our own headings."""
    for keyword, looks_wrong in (("host", _is_url), ("dbname", _is_connection_string), ("user", _is_connection_string)):
        setting = settings.get(keyword)
        if setting is not None and looks_wrong(setting.text):
            yield rules.STRING_IN_FIELD.finding(
                subject,
                f"the {setting.origin} holds a whole URL or connection string, where a name belongs",
                evidence={"option": keyword, "origin": setting.origin},
            )


def _is_url(host: str) -> bool:
    return "://" in host or any("@" in part[1:] for part in host.split(","))


def _is_connection_string(name: str) -> bool:
    if ":" in name.rpartition("@")[0]:  # user:password@host
        return True
    return name.startswith(URI_PREFIXES) or re.search(r"\bpassword\s*=", name) is not None


def _outside_choices(subject: str, settings: Settings) -> Iterator[Finding]:
    for keyword, setting in settings.items():
        choices = OPTIONS[keyword].choices
        if not choices or setting.text in choices:
            continue
        import difflib  # only a wrong value needs it

        near = difflib.get_close_matches(setting.text.lower().replace("_", "-"), choices, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        found = invalid_option(subject, keyword, setting, f"is none of {', '.join(choices)}{hint}")
        yield replace(found, remedies=tuple(_meant(keyword, value, setting.origin) for value in near))


def _meant(keyword: str, value: str, origin: str) -> Remedy:
    if origin == EXTRA:
        return Remedy(RemedyKind.OPTION, json.dumps({keyword: value}), when="in the connection's extra")
    return Remedy(RemedyKind.OPTION, f"{keyword} = {value}", when=f"where it was set ({origin})")


def _wrong_integers(subject: str, settings: Settings) -> Iterator[Finding]:
    for keyword, setting in settings.items():
        if OPTIONS[keyword].integer and parse_integer(setting.text) is None:
            yield wrong_integer(subject, keyword, setting)


def _methods(subject: str, settings: Settings) -> Iterator[Finding]:
    setting = settings.get("require_auth")
    if setting is None or not setting.text:
        return
    methods = setting.text.split(",")
    names = [method.removeprefix("!") for method in methods]
    if len({method.startswith("!") for method in methods}) == 2:
        yield invalid_option(subject, "require_auth", setting, "mixes methods with and without a leading '!'")
    elif unknown := [name for name in names if name not in AUTHENTICATION_METHODS]:
        reason = f"names {unknown[0]!r}, which is none of {', '.join(AUTHENTICATION_METHODS)}"
        yield invalid_option(subject, "require_auth", setting, reason)
    elif len(set(names)) < len(names):
        yield invalid_option(subject, "require_auth", setting, "names a method more than once")


def _tls_versions(subject: str, settings: Settings) -> Iterator[Finding]:
    known = [version.lower() for version in TLS_VERSIONS]
    bounds = []
    for keyword in ("ssl_min_protocol_version", "ssl_max_protocol_version"):
        setting = settings.get(keyword)
        if setting is None or not setting.text:
            continue
        if setting.text.lower() not in known:
            yield invalid_option(subject, keyword, setting, f"is none of {', '.join(TLS_VERSIONS)}")
            return
        bounds.append(known.index(setting.text.lower()))
    if len(bounds) == 2 and bounds[0] > bounds[1]:
        minimum = settings["ssl_min_protocol_version"]
        reason = f"is above ssl_max_protocol_version={settings['ssl_max_protocol_version'].text}"
        yield invalid_option(subject, "ssl_min_protocol_version", minimum, reason)


def _weak_modes(subject: str, settings: Settings) -> Iterator[Finding]:
    mode, root = settings["sslmode"], settings.get("sslrootcert")
    if root is not None and root.text == "system" and mode.text != "verify-full":
        yield invalid_option(subject, "sslmode", mode, "is too weak for sslrootcert=system; use verify-full")
    if settings["sslnegotiation"].text == "direct" and mode.text not in STRONG_MODES:
        yield invalid_option(subject, "sslmode", mode, "is too weak for sslnegotiation=direct; use require or stronger")
