"""What exactly libpq would connect to: every host, the role, the password and the TLS policy, with their origins."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from safeconduct.model import Finding, Secret

DEFAULT_PORT = 5432


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
class Password:
    """A password and where it came from: "connection", "PGPASSWORD", "password file ~/.pgpass line 3"."""

    secret: Secret
    origin: str


@dataclass(frozen=True)
class HostPort:
    """One place to try. `host` is a name, an address, or the directory of a unix socket ("/run", "@abstract").

    `hostaddr`, where set, is the address to use without asking for the name. `password` is what libpq would send
    to this host: a password file may hold another one for each.
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


@dataclass(frozen=True)
class TlsPolicy:
    """What libpq is told about TLS. File names are as used: the ~/.postgresql/ defaults are filled in.

    An empty file name means none. `root` is "system" for the operating system's certificates.
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


@dataclass(frozen=True)
class Target:
    """Where one connection leads and how libpq would go there.

    `subject` is the conn_id that findings name. `settings` go to the server in the StartupMessage (options,
    application_name, client_encoding). `passed` are parameters that libpq knows and that change nothing here
    (keepalives, ...); `ignored` are extras that Airflow or the driver keeps to itself. `warnings` are findings that
    do not stop libpq, such as a password file that it ignores.
    """

    subject: str
    hosts: tuple[HostPort, ...]
    user: str
    database: str
    tls: TlsPolicy = TlsPolicy()
    channel_binding: str = "prefer"
    require_auth: str = ""
    gssencmode: str = "prefer"
    krbsrvname: str = "postgres"
    target_session_attrs: str = "any"
    load_balance_hosts: bool = False
    connect_timeout: int = 0
    settings: Mapping[str, str] = field(default_factory=dict)
    passed: Mapping[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    warnings: tuple[Finding, ...] = ()

    @property
    def password(self) -> Password | None:
        """The password for the first host; each host has its own."""
        return self.hosts[0].password

    @property
    def label(self) -> str:
        """`login@host:port/database` for headings, never with a password; several hosts by commas."""
        return f"{self.user}@{','.join(map(str, self.hosts))}/{self.database}"
