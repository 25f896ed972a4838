"""One place to try: a host, its port, and the password that libpq would send there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from safeconduct.model import Secret

DEFAULT_PORT = 5432


@dataclass(frozen=True)
class Password:
    """A password and where it came from: "connection", "PGPASSWORD", "password file ~/.pgpass line 3"."""

    secret: Secret
    origin: str


@dataclass(frozen=True)
class HostPort:
    """One place to try. `host` is a name, an address, or the directory of a unix socket ("/run", "@abstract").

    `hostaddr`, where set, is the address to use without asking for the name; `host` may then be empty. `password` is
    what libpq would send to this host: a password file may hold another one for each.
    """

    host: str
    port: int = DEFAULT_PORT
    hostaddr: str = ""
    password: Password | None = None

    @property
    def is_unix(self) -> bool:
        """Whether it is a unix socket: libpq never encrypts these."""
        return not self.hostaddr and self.host[:1] in {"/", "@"}

    @property
    def socket_path(self) -> str:
        """The unix socket's file; an abstract socket begins with "@" here and with a NUL byte in sockaddr_un."""
        return f"{self.host}/.s.PGSQL.{self.port}"

    def __str__(self) -> str:
        """`host:port` for people; IPv6 addresses in brackets."""
        name = self.host or self.hostaddr
        return f"[{name}]:{self.port}" if ":" in name else f"{name}:{self.port}"
