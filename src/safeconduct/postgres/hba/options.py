"""Options behind the method: which there are, for which methods, and which of them are passwords."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from safeconduct.model import MASK, Secret
from safeconduct.postgres.hba.addresses import AddressKeyword, HostName, Network
from safeconduct.postgres.hba.line import HbaLine, HbaOption, Kind
from safeconduct.postgres.hba.tokens import Refused, Token

if TYPE_CHECKING:
    from safeconduct.postgres.hba.files import RawLine

SECRETS = frozenset({"ldapbindpasswd", "radiussecrets"})

_FIRST_WITH_CLIENTNAME = 14
_MAPPED = {"ident": "ident", "peer": "peer", "gss": "gssapi", "sspi": "sspi", "cert": "cert", "oauth": "oauth"}
_KERBEROS = {"gss": "gssapi", "sspi": "sspi"}


@dataclass(frozen=True)
class Line:
    """What an option's validity depends on."""

    kind: Kind
    method: str
    version: int


def _only(method: str) -> dict[str, str]:
    return {method: method}


_OPTIONS: dict[str, dict[str, str]] = {
    "map": _MAPPED,
    **dict.fromkeys(("pamservice", "pam_use_hostname"), _only("pam")),
    **dict.fromkeys(
        """ldapurl ldaptls ldapscheme ldapserver ldapport ldapbinddn ldapbindpasswd ldapsearchattribute
        ldapsearchfilter ldapbasedn ldapprefix ldapsuffix""".split(),
        _only("ldap"),
    ),
    **dict.fromkeys(("krb_realm", "include_realm"), _KERBEROS),
    **dict.fromkeys(("compat_realm", "upn_username"), _only("sspi")),
    **dict.fromkeys(("radiusservers", "radiusports", "radiussecrets", "radiusidentifiers"), _only("radius")),
}
"""Options of 13 and newer: the methods that take them, each with its name in PostgreSQL's message."""

_OPTIONS_18 = dict.fromkeys(("issuer", "scope", "validator", "delegate_ident_mapping"), _only("oauth"))


def read_options(tokens: list[Token], line: Line) -> tuple[HbaOption, ...]:
    """The options that the tokens hold, passwords in Secrets. Raises Refused."""
    options: list[HbaOption] = []
    for token in tokens:
        after_password = any(isinstance(option.value, Secret) for option in options)
        options.append(_read_option(token, line, after_password=after_password))
    return tuple(options)


def _read_option(token: Token, line: Line, *, after_password: bool) -> HbaOption:
    name, equals, value = token.text.partition("=")
    if after_password and not (equals and name in {*_OPTIONS, *_OPTIONS_18, "clientcert", "clientname"}):
        raise Refused(f"authentication option not in name=value format: {MASK}")  # may be a password's second word
    if not equals:
        raise Refused(f"authentication option not in name=value format: {token.text}")
    if name == "clientcert":
        _check_clientcert(value, line)
    elif name == "clientname" and line.version >= _FIRST_WITH_CLIENTNAME:
        _check_clientname(value, line)
    else:
        _check_method(name, line)
    return HbaOption(name, Secret(value) if name in SECRETS else value)


def _check_method(name: str, line: Line) -> None:
    methods = _OPTIONS.get(name) or (_OPTIONS_18.get(name) if line.version >= 18 else None)
    if methods is None:
        raise Refused(f'unrecognized authentication option name: "{name}"')
    if line.method not in methods:
        names = [shown for method, shown in methods.items() if method != "oauth" or line.version >= 18]
        raise Refused(f'authentication option "{name}" is only valid for authentication methods {_listed(names)}')


def _listed(names: list[str]) -> str:
    *head, last = names
    return f"{', '.join(head)}{',' * (len(head) > 1)} and {last}" if head else last


def _check_clientcert(value: str, line: Line) -> None:
    if line.kind is not Kind.HOSTSSL:
        raise Refused('clientcert can only be configured for "hostssl" rows')
    certificate_asked = line.method == "cert"
    if line.version < 14:
        if value in {"0", "no-verify"} and certificate_asked:
            raise Refused('clientcert cannot be set to "no-verify" when using "cert" authentication')
        if value in {"0", "no-verify", "1", "verify-ca", "verify-full"}:
            return
    elif value == "verify-ca" and certificate_asked:
        raise Refused('clientcert can only be set to "verify-full" when using "cert" authentication')
    if value not in {"verify-ca", "verify-full"}:
        raise Refused(f'invalid value for clientcert: "{value}"')


def _check_clientname(value: str, line: Line) -> None:
    if line.kind is not Kind.HOSTSSL:
        raise Refused('clientname can only be configured for "hostssl" rows')
    if value not in {"CN", "DN"}:
        raise Refused(f'invalid value for clientname: "{value}"')


def shown(raw: RawLine, line: HbaLine) -> str:
    """The line as it stands; where it carries a password, written anew from its tokens with the password masked."""
    return rewritten(line) if any(isinstance(option.value, Secret) for option in line.options) else raw.text


def rewritten(line: HbaLine) -> str:
    """The line written anew: one blank between fields, passwords masked."""
    names = (",".join(map(str, tokens)) for tokens in (line.databases, line.users))
    address = [_written_address(line.address)] if line.address is not None else []
    options = (str(Token(f"{option.name}={option.value}")) for option in line.options)
    return " ".join([line.kind.value, *names, *address, line.method, *options])


def _written_address(address: Network | HostName | AddressKeyword) -> str:
    if isinstance(address, HostName):
        return str(Token(address.name, quoted=address.name in set(AddressKeyword)))
    return address.value if isinstance(address, AddressKeyword) else str(address)
