"""What libpq is told about TLS: how strong, with which certificates."""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from safeconduct.model import Secret
    from safeconduct.postgres.settings import Settings

SYSTEM = "system"
"""The value of sslrootcert that stands for the operating system's certificates."""


class SslMode(str, Enum):
    """libpq's sslmode, from no encryption to a verified host name."""

    DISABLE = "disable"
    ALLOW = "allow"
    PREFER = "prefer"
    REQUIRE = "require"
    VERIFY_CA = "verify-ca"
    VERIFY_FULL = "verify-full"

    @property
    def needs_tls(self) -> bool:
        """Whether a connection without TLS is refused."""
        return self not in {SslMode.DISABLE, SslMode.ALLOW, SslMode.PREFER}

    @property
    def needs_root(self) -> bool:
        """Whether a connection without root certificates is refused."""
        return self in {SslMode.VERIFY_CA, SslMode.VERIFY_FULL}


@dataclass(frozen=True)
class TlsPolicy:
    """File names are as used: the ~/.postgresql/ defaults are filled in, and an empty one means none.

    `root` is "system" for the operating system's certificates. `named` holds the options (sslrootcert, sslcert,
    sslkey, sslcrl, sslcrldir) that somebody gave, as against the defaults. libpq does not expand "~" in them.
    """

    mode: SslMode = SslMode.PREFER
    direct: bool = False
    root: str = ""
    certificate: str = ""
    key: str = ""
    key_password: Secret | None = None
    certificate_mode: str = "allow"
    revoked: str = ""
    revoked_folder: str = ""
    sni: bool = True
    minimum: str = "TLSv1.2"
    maximum: str = ""
    named: frozenset[str] = frozenset()

    @property
    def verifies(self) -> bool:
        """Whether the server's certificate is checked: in every mode, once there are root certificates.

        That is libpq's rule: sslmode=require, even prefer, with a root.crt in place behaves as verify-ca.
        """
        return self.root == SYSTEM or os.path.exists(self.root)


_FILES = {
    "sslrootcert": "root.crt",
    "sslcert": "postgresql.crt",
    "sslkey": "postgresql.key",
    "sslcrl": "root.crl",
}


def tls_policy(settings: Settings, home: Path | None) -> TlsPolicy:
    """The policy that these options make; they have been checked before."""
    given = {keyword: settings[keyword].text for keyword in (*_FILES, "sslcrldir") if keyword in settings}
    named = {keyword for keyword, path in given.items() if path}
    files = {keyword: given.get(keyword) or _default(home, name) for keyword, name in _FILES.items()}
    key_password = settings.get("sslpassword")
    return TlsPolicy(
        mode=SslMode(settings["sslmode"].text),
        direct=settings["sslnegotiation"].text == "direct",
        root=files["sslrootcert"],
        certificate=files["sslcert"],
        key=files["sslkey"],
        key_password=key_password.value if key_password else None,
        certificate_mode=settings["sslcertmode"].text,
        revoked=given.get("sslcrl", "") if "sslcrldir" in named else files["sslcrl"],
        revoked_folder=given.get("sslcrldir", ""),
        sni=settings["sslsni"].text.startswith("1"),
        minimum=settings["ssl_min_protocol_version"].text,
        maximum=settings["ssl_max_protocol_version"].text if "ssl_max_protocol_version" in settings else "",
        named=frozenset(named),
    )


def _default(home: Path | None, name: str) -> str:
    return str(home / ".postgresql" / name) if home is not None else ""
