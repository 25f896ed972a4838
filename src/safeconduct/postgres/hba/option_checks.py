"""What the options of a line must be together, method by method (the end of parse_hba_line)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from safeconduct.model import MASK, Secret
from safeconduct.postgres.hba.tokens import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from safeconduct.postgres.hba.line import HbaOption
    from safeconduct.postgres.hba.options import Line

_SEARCH = ("ldapbasedn", "ldapbinddn", "ldapbindpasswd", "ldapsearchattribute", "ldapsearchfilter")
_URL = re.compile(r"(?:URL:)?(ldaps?)://([^/?]*)(?:/([^?]*)(?:\?([^?]*)(?:\?[^?]*(?:\?([^?]*).*)?)?)?)?", re.IGNORECASE)
_LIST = re.compile(r'\s*(?:"(?:[^"]|"")*"|[^,"\s][^,"]*?)\s*(?:,|\Z)')


def check_line(line: Line, options: tuple[HbaOption, ...]) -> None:
    """Raises Refused when the options of the line do not go together or one is missing."""
    values = {option.name: _plain(option.value) for option in options}
    if line.method == "ldap":
        _check_ldap(line, values)
    elif line.method == "radius":
        _check_radius(values)
    elif line.method == "oauth":
        _check_oauth(values)


def _plain(value: str | Secret) -> str:
    return value.reveal() if isinstance(value, Secret) else value


def _check_ldap(line: Line, values: dict[str, str]) -> None:
    if not re.match(r"\s*[+-]?0*[1-9]", values.get("ldapport", "389")):
        raise Refused(f'invalid LDAP port number: "{values["ldapport"]}"')
    given = {**_of_url(values.get("ldapurl")), **values}.keys()
    if given & {"ldapprefix", "ldapsuffix"}:
        if given & set(_SEARCH):
            raise Refused(_mixed(line.version))
    elif "ldapbasedn" not in given:
        raise Refused(
            'authentication method "ldap" requires argument "ldapbasedn", "ldapprefix", or "ldapsuffix" to be set'
        )
    if given >= {"ldapsearchattribute", "ldapsearchfilter"}:
        raise Refused("cannot use ldapsearchattribute together with ldapsearchfilter")


def _mixed(version: int) -> str:
    if version >= 18:
        return "cannot mix options for simple bind and search+bind modes"
    return f"cannot use {', '.join(_SEARCH)}, or ldapurl together with ldapprefix"


def _of_url(url: str | None) -> dict[str, str]:
    """The options that a URL stands for: ldap://host/basedn?attribute?scope?filter."""
    if url is None:
        return {}
    found = _URL.fullmatch(url)
    if found is None:
        scheme = url.partition("://")[0]
        if scheme.lower() in {"ldapi", "cldap"}:
            raise Refused(f"unsupported LDAP URL scheme: {scheme.lower()}")
        raise Refused(f'could not parse LDAP URL "{url}"')
    named = {"ldapbasedn": found[3], "ldapsearchattribute": found[4], "ldapsearchfilter": found[5]}
    return {name: value for name, value in named.items() if value}


def _check_radius(values: Mapping[str, str]) -> None:
    lists = {name: _split(name, values[f"radius{name}"]) for name in _RADIUS if f"radius{name}" in values}
    if not all(re.match(r"\s*[+-]?0*[1-9]", port) for port in lists.get("ports", [])):
        raise Refused(f'invalid RADIUS port number: "{values["radiusports"]}"')
    for name in ("servers", "secrets"):
        if not lists.get(name):
            raise Refused(f'authentication method "radius" requires argument "radius{name}" to be set')
    servers = len(lists["servers"])
    for name, found in lists.items():
        if len(found) not in {0, 1, servers}:
            raise Refused(
                f"the number of RADIUS {name} ({len(found)}) must be 1 or the same as"
                f" the number of RADIUS servers ({servers})"
            )


_RADIUS = ("servers", "secrets", "ports", "identifiers")


def _split(name: str, value: str) -> list[str]:
    """A list as SplitGUCList reads it: names between commas, each bare or in double quotes."""
    found: list[str] = []
    at = 0
    value = value.strip()
    if not value:
        return found
    ends_open = True
    while ends_open:
        piece = _LIST.match(value, at)
        if piece is None:
            said = MASK if name == "secrets" else value
            raise Refused(f'could not parse RADIUS {name.removesuffix("s")} list "{said}"')
        found.append(piece[0].strip(" ,"))
        at, ends_open = piece.end(), piece[0].endswith(",")
    return found


def _check_oauth(values: Mapping[str, str]) -> None:
    for name in ("scope", "issuer"):
        if name not in values:
            raise Refused(f'authentication method "oauth" requires argument "{name}" to be set')
    if values.get("delegate_ident_mapping") == "1" and "map" in values:
        raise Refused("map cannot be used in combination with delegate_ident_mapping")
