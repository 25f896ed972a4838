"""TLS towards a MySQL server: what the drivers make of the options in a database URL.

Sources: the documentation of MySQL 8.4 (--ssl-mode, and what --ssl-ca implies), mysqlclient 2.2, PyMySQL 1.2 and
MySQL Connector/Python 9; SQLAlchemy's dialects hand the options on as they are.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from safeconduct.model import Secret

OPTIONS = frozenset(
    "ssl_ca ssl_capath ssl_cert ssl_key ssl_cipher ssl_check_hostname ssl_mode ssl_disabled ssl_verify_cert"
    " ssl_verify_identity ssl_key_password".split()
)
_TRUE = frozenset({"1", "true", "yes", "on"})


@dataclass(frozen=True)
class MysqlTls:
    """`required`: nothing is sent without TLS, else TLS where the server has it; the rest is about certificates.

    `verified`: the server's must be signed by an authority we trust; `named`: and be made out for the host.
    """

    required: bool = False
    verified: bool = False
    named: bool = False
    ca: str | None = None
    capath: str | None = None
    cert: str | None = None
    key: str | None = None
    key_password: Secret | None = None
    cipher: str | None = None

    def context(self) -> ssl.SSLContext:
        """What Python's ssl needs. Raises OSError where a file cannot be read or used."""
        # Not create_default_context: MySQL's own certificates do not pass the strictness it has since Python 3.13.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = self.named
        context.verify_mode = ssl.CERT_REQUIRED if self.verified else ssl.CERT_NONE
        if self.ca or self.capath:
            context.load_verify_locations(self.ca, self.capath)
        elif self.verified:
            context.load_default_certs()
        if self.cert:
            password = self.key_password.reveal() if self.key_password else ""  # with None, OpenSSL would ask
            context.load_cert_chain(self.cert, self.key, password)
        if self.cipher:
            context.set_ciphers(self.cipher)
        return context


_MODES = {
    "PREFERRED": MysqlTls(),
    "REQUIRED": MysqlTls(required=True),
    "VERIFY_CA": MysqlTls(required=True, verified=True),
    "VERIFY_IDENTITY": MysqlTls(required=True, verified=True, named=True),
}


def tls_of(driver: str, options: Mapping[str, str], key_password: Secret | None = None) -> MysqlTls | str | None:
    """What this driver (SQLAlchemy's name) makes of the options; None for no TLS, text where a mode is unknown."""
    mode = options.get("ssl_mode", "").upper()
    if mode == "DISABLED" or _is_on(options.get("ssl_disabled", "")):
        return None
    if mode and mode not in _MODES:
        return f"ssl_mode is {mode}, which is none of DISABLED, {', '.join(_MODES)}"
    return replace(
        _MODES[mode] if mode else _implied(driver, options),
        ca=options.get("ssl_ca"),
        capath=options.get("ssl_capath"),
        cert=options.get("ssl_cert"),
        key=options.get("ssl_key"),
        key_password=key_password,
        cipher=options.get("ssl_cipher"),
    )


def _implied(driver: str, options: Mapping[str, str]) -> MysqlTls:
    """Without ssl_mode, an authority asks for verification, except by Connector/Python, which waits to be told."""
    authority = bool(options.get("ssl_ca") or options.get("ssl_capath"))
    identity = _is_on(options.get("ssl_verify_identity", ""))
    verified = identity or _is_on(options.get("ssl_verify_cert", "")) or (authority and driver != "mysqlconnector")
    # PyMySQL compares the name as soon as there is an authority; mysqlclient does not know the option.
    by_default = "true" if driver == "pymysql" and authority else ""
    named = identity or (verified and _is_on(options.get("ssl_check_hostname", by_default)))
    return MysqlTls(required=verified or bool(options.get("ssl_cert")), verified=verified, named=named)


def _is_on(text: str) -> bool:
    return text.strip().lower() in _TRUE
