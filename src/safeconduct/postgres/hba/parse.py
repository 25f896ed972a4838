"""pg_hba.conf into rules (parse_hba_line and load_hba in src/backend/libpq/hba.c)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from safeconduct.postgres.hba.addresses import (
    AddressKeyword,
    HostName,
    IPAddress,
    Network,
    numeric_address,
    prefix_mask,
)
from safeconduct.postgres.hba.files import RawLine, Reader
from safeconduct.postgres.hba.line import HbaFile, HbaLine, HbaProblem, Kind
from safeconduct.postgres.hba.option_checks import check_line
from safeconduct.postgres.hba.options import Line, read_options, shown
from safeconduct.postgres.hba.tokens import FIRST_WITH_REGEX, Refused, Token

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from safeconduct.postgres.hba.files import ListDir, Read

METHODS = frozenset(
    "trust reject md5 scram-sha-256 password gss sspi ident peer pam bsd ldap cert radius oauth".split()
)
FIRST_WITH_OAUTH = 18

NOT_ON_LINUX = frozenset({"sspi", "bsd"})
"""Methods that no build for Linux has."""


@dataclass(frozen=True)
class Build:
    """What the server can do. `lacks` are methods it was built without (pg_config() tells); it refuses their lines.

    `regex_error` says what is wrong with a regular expression (without its slash), or None; asked for 16 and newer.
    """

    version: int
    lacks: Collection[str] = NOT_ON_LINUX
    regex_error: Callable[[str], str | None] = lambda pattern: None


def parse_hba(
    path: str,
    read: Read,
    version: int,
    list_dir: ListDir | None = None,
    *,
    lacks: Collection[str] = NOT_ON_LINUX,
    regex_error: Callable[[str], str | None] = lambda pattern: None,
) -> HbaFile:
    """The rules of the file at `path` and of all that it includes, and what PostgreSQL would refuse in them.

    `read` gives the text of a file by its absolute path (None: not there), `list_dir` the names of the files in a
    folder, for include_dir. `version` is the server's major version. `lacks` are methods that the server was built
    without; `regex_error` says what is wrong with a regular expression: without it none is found wrong. Raises
    nothing for whatever the files hold.
    """
    build = Build(version, lacks, regex_error)
    raw = Reader(read, version, list_dir).lines(path)
    results = [_result(line, build) for line in raw]
    lines = tuple(result for result in results if isinstance(result, HbaLine))
    problems = tuple(result for result in results if isinstance(result, HbaProblem))
    if not results:
        problems = (HbaProblem(path, 0, f'configuration file "{path}" contains no entries'),)
    return HbaFile(lines, problems)


def _result(raw: RawLine, build: Build) -> HbaLine | HbaProblem:
    if raw.error:
        return HbaProblem(raw.file, raw.number, raw.error)
    try:
        return _parse(raw, build)
    except Refused as refusal:
        return HbaProblem(raw.file, raw.number, str(refusal))


class _Fields:
    """The fields of a line one after the other."""

    def __init__(self, raw: RawLine) -> None:
        self.rest = list(raw.fields)

    def some(self, before: str) -> tuple[Token, ...]:
        if not self.rest:
            raise Refused(f"end-of-line before {before}")
        return self.rest.pop(0)

    def one(self, before: str, what: str) -> Token:
        tokens = self.some(before)
        if len(tokens) > 1:
            raise Refused(f"multiple values specified for {what}")
        return tokens[0]


def _parse(raw: RawLine, build: Build) -> HbaLine:
    fields = _Fields(raw)
    kind = _kind(fields.one("connection type", "connection type"))
    databases = tuple(_names(fields.some("database specification"), build))
    users = tuple(_names(fields.some("role specification"), build))
    address = None if kind is Kind.LOCAL else _address(fields)
    method = _method(fields.one("authentication method", "authentication type").text, kind, build)
    line = Line(kind, method, build.version)
    options = read_options([token for tokens in fields.rest for token in tokens], line)
    check_line(line, options)
    parsed = HbaLine(raw.file, raw.number, kind, databases, users, address, method, options)
    return replace(parsed, text=shown(raw, parsed))


def _kind(token: Token) -> Kind:
    try:
        return Kind(token.text)
    except ValueError:
        raise Refused(f'invalid connection type "{token.text}"') from None


def _names(tokens: tuple[Token, ...], build: Build) -> Iterator[Token]:
    for token in tokens:
        yield with_regex(token, build.version, build.regex_error)


def with_regex(token: Token, version: int, regex_error: Callable[[str], str | None]) -> Token:
    """The token as this version takes it; raises Refused when it is a regular expression that does not compile."""
    if version < FIRST_WITH_REGEX or not token.text.startswith("/"):
        return token
    if error := regex_error(token.text[1:]):
        raise Refused(f'invalid regular expression "{token.text[1:]}": {error}')
    return replace(token, regex=True)


def _address(fields: _Fields) -> Network | HostName | AddressKeyword:
    token = fields.one("IP address specification", "host address")
    for keyword in AddressKeyword:
        if token.is_keyword(keyword.value):
            return keyword
    text, slash, prefix = token.text.partition("/")
    address = numeric_address(text)
    if slash:
        return _prefixed(token, address, prefix)
    return HostName(text) if address is None else Network(address, _mask(fields, address))


def _prefixed(token: Token, address: IPAddress | None, prefix: str) -> Network:
    if address is None:
        raise Refused(f'specifying both host name and CIDR mask is invalid: "{token.text}"')
    mask = prefix_mask(prefix, address.max_prefixlen)
    if mask is None:
        raise Refused(f'invalid CIDR mask in address "{token.text}"')
    return Network(address, mask)


def _mask(fields: _Fields, address: IPAddress) -> int:
    token = fields.one("netmask specification", "netmask")
    mask = numeric_address(token.text)
    if mask is None:
        raise Refused(f'invalid IP mask "{token.text}": Name or service not known')
    if mask.version != address.version:
        raise Refused("IP address and mask do not match")
    return int(mask)


def _method(name: str, kind: Kind, build: Build) -> str:
    if name not in METHODS or (name == "oauth" and build.version < FIRST_WITH_OAUTH):
        raise Refused(f'invalid authentication method "{name}"')
    if name in build.lacks:
        raise Refused(f'invalid authentication method "{name}": not supported by this build')
    if kind is Kind.LOCAL:
        return _local_method(name)
    if name == "peer":
        raise Refused("peer authentication is only supported on local sockets")
    if name == "cert" and kind is not Kind.HOSTSSL:
        raise Refused("cert authentication is only supported on hostssl connections")
    return name


def _local_method(name: str) -> str:
    if name == "gss":
        raise Refused("gssapi authentication is not supported on local sockets")
    if name == "cert":
        raise Refused("cert authentication is only supported on hostssl connections")
    return "peer" if name == "ident" else name
