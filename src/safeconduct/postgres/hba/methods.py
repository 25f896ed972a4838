"""What the method of a line asks of a client."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from safeconduct.postgres.hba.line import Kind

if TYPE_CHECKING:
    from safeconduct.postgres.hba.line import HbaLine


class Asks(str, Enum):
    """What the client has to give; the value can be shown."""

    NOTHING = "nothing"
    REFUSES = "nothing: it refuses"
    SCRAM = "the password, by SCRAM-SHA-256"
    MD5 = "the password, by MD5, or by SCRAM-SHA-256 where it is stored so"
    CLEAR = "the password in clear"
    GSS = "a Kerberos ticket"
    SSPI = "a Windows login"
    IDENT = "the user's name at the client's ident server"
    PEER = "the user's name in the operating system"
    CERTIFICATE = "a client certificate"
    TOKEN = "an OAuth bearer token"  # noqa: S105


_ASKS = {
    "trust": Asks.NOTHING,
    "reject": Asks.REFUSES,
    "scram-sha-256": Asks.SCRAM,
    "md5": Asks.MD5,
    **dict.fromkeys(("password", "ldap", "pam", "radius", "bsd"), Asks.CLEAR),
    "gss": Asks.GSS,
    "sspi": Asks.SSPI,
    "ident": Asks.IDENT,
    "peer": Asks.PEER,
    "cert": Asks.CERTIFICATE,
    "oauth": Asks.TOKEN,
}


@dataclass(frozen=True)
class Method:
    """`client_certificate` is "verify-ca", "verify-full" or None, whatever else is asked.

    With verify-full the certificate's name has to be the user's, or to lead to it by the map. `certificate_name` is
    the part of the certificate that counts: "CN", or "DN" for clientname=DN. `map` is the map in pg_ident.conf by
    which the name found out leads to a user; None when the two have to be equal.
    """

    name: str
    asks: Asks
    client_certificate: str | None = None
    certificate_name: str = "CN"
    map: str | None = None

    @property
    def password_in_clear(self) -> bool:
        """Whether the server asks for the password itself; TLS alone keeps it from others then."""
        return self.asks is Asks.CLEAR


def method_of(line: HbaLine) -> Method:
    """What a client that meets this line will be asked for."""
    name = "peer" if line.kind is Kind.LOCAL and line.method == "ident" else line.method
    return Method(
        name,
        _ASKS[name],
        client_certificate="verify-full" if name == "cert" else _client_certificate(line.option("clientcert")),
        certificate_name=line.option("clientname") or "CN",
        map=line.option("map") or None,
    )


def _client_certificate(value: str | None) -> str | None:
    # Up to 13 the value may be a number or no-verify.
    return {"1": "verify-ca", "0": None, "no-verify": None}.get(value, value) if value else None
