"""Connection strings as libpq reads them: `key=value` pairs and `postgresql://` URIs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from safeconduct.model import MASK, Finding, Secret
from safeconduct.postgres import rules_target as rules
from safeconduct.postgres.options import OPTIONS
from safeconduct.postgres.settings import Setting, is_near, unknown_option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from safeconduct.postgres.settings import Settings

URI_PREFIXES = ("postgresql://", "postgres://")

_SPACE = " \t\n\r\v\f"
_NAME = re.compile(rf"([^={_SPACE}]*)[{_SPACE}]*=[{_SPACE}]*")
_BARE = re.compile(rf"(?:\\.|[^{_SPACE}\\])*\\?", re.DOTALL)
_QUOTED = re.compile(r"'((?:\\.|[^'\\])*)'", re.DOTALL)


class _Malformed(ValueError):
    """What is wrong with a connection string; the text names keywords only, never values."""


def is_connection_string(text: str) -> bool:
    """Whether libpq would take it for a connection string where a database name may stand."""
    return text.startswith(URI_PREFIXES) or "=" in text


def parse_conninfo(subject: str, text: str, origin: str = "connection string") -> Settings | Finding:
    """The options of a connection string, without any defaults; errors never repeat its text, which may hold secrets.

    As PQconninfoParse does (fe-connect.c: conninfo_parse, conninfo_uri_parse).
    """
    settings: dict[str, Setting] = {}
    try:
        for keyword, value in _uri_pairs(text) if text.startswith(URI_PREFIXES) else _pairs(text):
            if keyword == "requiressl":
                keyword, value = "sslmode", "require" if value.startswith("1") else "prefer"
            if keyword not in OPTIONS:
                return unknown_option(subject, _shown(keyword), origin)
            settings[keyword] = Setting(Secret(value), origin)
    except _Malformed as error:
        return rules.STRING_MALFORMED.finding(subject, f"{origin}: {error}", evidence={"origin": origin})
    return settings


def _shown(keyword: str) -> str:
    """A keyword as it may be shown: what does not look like one may be a piece of a password."""
    return keyword if keyword in OPTIONS or is_near(keyword) else MASK


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    position = _skip_space(text, 0)
    while position < len(text):
        name = _NAME.match(text, position)
        if name is None:
            raise _Malformed('a "=" is missing after a keyword')
        value, position = _value(text, name.end())
        yield name[1], value
        position = _skip_space(text, position)


def _skip_space(text: str, position: int) -> int:
    while position < len(text) and text[position] in _SPACE:
        position += 1
    return position


def _value(text: str, position: int) -> tuple[str, int]:
    if text.startswith("'", position):
        quoted = _QUOTED.match(text, position)
        if quoted is None:
            raise _Malformed("a quoted value has no closing quote")
        return _unescape(quoted[1]), quoted.end()
    bare = _BARE.match(text, position)
    assert bare is not None
    return _unescape(bare[0]), bare.end()


def _unescape(value: str) -> str:
    return re.sub(r"\\(.?)", r"\1", value, flags=re.DOTALL)


def _uri_pairs(uri: str) -> Iterator[tuple[str, str]]:
    rest = uri.partition("://")[2]
    credentials = re.match(r"[^@/]*@", rest)
    if credentials is not None:
        user, _, password = credentials[0][:-1].partition(":")
        if user:
            yield "user", _decode(user, "user")
        if password:
            yield "password", _decode(password, "password")
        rest = rest[credentials.end() :]
    hosts, ports, rest = _netlocs(rest)
    if hosts:
        yield "host", _decode(hosts, "host")
    if ports:
        yield "port", _decode(ports, "port")
    if rest.startswith("/"):
        database, _, query = rest[1:].partition("?")
        if database:
            yield "dbname", _decode(database, "dbname")
        yield from _query(query)
    elif rest.startswith("?"):
        yield from _query(rest[1:])


def _netlocs(rest: str) -> tuple[str, str, str]:
    """The hosts and the ports, each joined by commas, and what follows them."""
    hosts, ports = [], []
    while True:
        host, rest = _host(rest)
        hosts.append(host)
        port = re.match(r":[^/?,]*", rest)
        ports.append(port[0][1:] if port else "")
        rest = rest[port.end() :] if port else rest
        if not rest.startswith(","):
            return ",".join(hosts), ",".join(ports), rest
        rest = rest[1:]


def _host(rest: str) -> tuple[str, str]:
    if not rest.startswith("["):
        found = re.match(r"[^:/?,]*", rest)
        assert found is not None
        return found[0], rest[found.end() :]
    address, bracket, after = rest[1:].partition("]")
    if not bracket:
        raise _Malformed('a "]" is missing after an IPv6 address in the URI')
    if not address:
        raise _Malformed("an IPv6 address in the URI is empty")
    if after and after[0] not in ":/?,":
        raise _Malformed('after an IPv6 address in the URI only ":", "/", "?" or "," may follow')
    return address, after


def _query(query: str) -> Iterator[tuple[str, str]]:
    while query:
        pair, _, query = query.partition("&")
        if pair.count("=") != 1:
            wrong = "has no" if "=" not in pair else "has more than one"
            raise _Malformed(f'a query parameter of the URI {wrong} "="')
        keyword, _, value = pair.partition("=")
        keyword, value = _decode(keyword, "a query parameter"), _decode(value, _shown(keyword))
        yield ("sslmode", "require") if (keyword, value) == ("ssl", "true") else (keyword, value)


def _decode(text: str, what: str) -> str:
    """Percent-decoding as libpq does it: strict, and since version 18 blanks count around a value, not inside it."""
    text = text.strip(" ")
    if " " in text:
        raise _Malformed(f"the {what} in the URI holds a blank; write it as %20")
    if re.search(r"%(?![0-9A-Fa-f]{2})", text):
        raise _Malformed(
            f'the {what} in the URI holds a "%" without two hexadecimal digits; write a literal one as %25'
        )
    if "%00" in text:
        raise _Malformed(f"the {what} in the URI holds %00")
    raw = re.sub(
        rb"%([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), text.encode("utf-8", "surrogateescape")
    )
    return raw.decode("utf-8", "surrogateescape")
