"""TLS: our own files, the server's certificate, the agreement. The certificates are made here."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from tests.postgres.made_certificates import DAY, Made, make
from tests.postgres.tls_server import TlsServer
from tests.scenes.registry import scene
from tests.servers.hostile import Hostile, hangs_up, hears, says

if TYPE_CHECKING:
    from pathlib import Path

    from tests.scenes.scenery import Scenery

HOST = "localhost"
AGREES = (hears(), says(b"S"), hears())
"""How a server answers SSLRequest that then hears our ClientHello."""


@scene("postgres.tls.server-without")
def server_without(scenery: Scenery) -> None:
    """The connection's extra says `sslmode=require`, and the server's `ssl` is off."""
    scenery.warehouse(scenery.postgres().port, sslmode="require")


@scene("postgres.tls.root-missing")
def root_missing(scenery: Scenery) -> None:
    """`sslmode=verify-full`, and neither `sslrootcert` nor `~/.postgresql/root.crt` is there."""
    server = scenery.postgres()
    server.enable_tls()
    scenery.warehouse(server.port, sslmode="verify-full")


@scene("postgres.tls.root-unreadable")
def root_unreadable(scenery: Scenery) -> None:
    """`sslrootcert` is a certificate in DER form."""
    root = scenery.home / "ca.der"
    root.write_bytes(_authority(scenery).der)
    scenery.warehouse(_server(scenery), sslmode="verify-full", sslrootcert=str(root))


@scene("postgres.tls.file-absent")
def file_absent(scenery: Scenery) -> None:
    """`sslmode=require` with an `sslrootcert` that is not there: libpq goes on and verifies nothing."""
    server = scenery.postgres()
    server.enable_tls()
    scenery.warehouse(server.port, sslmode="require", sslrootcert="/etc/ssl/certs/warehouse-ca.crt")


@scene("postgres.tls.certificate-unreadable")
def certificate_unreadable(scenery: Scenery) -> None:
    """The file that `sslcert` names holds the server's host name instead of a certificate."""
    path = scenery.home / "etl.crt"
    path.write_text("db.example.com\n")
    scenery.warehouse(_server(scenery), sslmode="require", sslcert=str(path))


@scene("postgres.tls.key-missing")
def key_missing(scenery: Scenery) -> None:
    """`sslcert` is there, and `sslkey` is not set; `~/.postgresql/postgresql.key` does not exist."""
    scenery.warehouse(_server(scenery), sslmode="require", sslcert=str(_client(scenery)[0]))


@scene("postgres.tls.key-permissions")
def key_permissions(scenery: Scenery) -> None:
    """The client's key is mode 0644, as Kubernetes mounts a secret."""
    certificate, key = _client(scenery)
    key.chmod(0o644)
    scenery.warehouse(_server(scenery), sslmode="require", sslcert=str(certificate), sslkey=str(key))


@scene("postgres.tls.key-locked")
def key_locked(scenery: Scenery) -> None:
    """The client's key is encrypted, and there is no `sslpassword`."""
    certificate, key = _client(scenery, key_password="open sesame")
    scenery.warehouse(_server(scenery), sslmode="require", sslcert=str(certificate), sslkey=str(key))


@scene("postgres.tls.key-unreadable")
def key_unreadable(scenery: Scenery) -> None:
    """The certificate was renewed with a new key, and `sslkey` still names the old one."""
    certificate, key = _client(scenery)
    other = make(scenery.home, "etl").files.key.read_bytes()
    key.write_bytes(other)
    scenery.warehouse(_server(scenery), sslmode="require", sslcert=str(certificate), sslkey=str(key))


@scene("postgres.tls.expired")
def expired(scenery: Scenery) -> None:
    """The server's certificate ended yesterday."""
    authority = _authority(scenery)
    _shown(scenery, make(scenery.home, "", HOST, by=authority, ends=-DAY), authority)


@scene("postgres.tls.not-yet-valid")
def not_yet_valid(scenery: Scenery) -> None:
    """The server's certificate begins tomorrow."""
    authority = _authority(scenery)
    _shown(scenery, make(scenery.home, "", HOST, by=authority, starts=DAY, ends=2 * DAY), authority)


@scene("postgres.tls.issuer-unknown")
def issuer_unknown(scenery: Scenery) -> None:
    """`sslrootcert` is the authority from before the server changed its certificate."""
    _shown(scenery, make(scenery.home, "", HOST, by=_authority(scenery)), _authority(scenery, "Old Authority"))


@scene("postgres.tls.self-signed")
def self_signed(scenery: Scenery) -> None:
    """The server shows a certificate that it made itself, and `sslrootcert` is an authority's."""
    _shown(scenery, make(scenery.home, HOST, HOST), _authority(scenery))


@scene("postgres.tls.revoked")
def revoked(scenery: Scenery) -> None:
    """The revocation list that `sslcrl` names has the server's certificate."""
    authority = _authority(scenery)
    server = make(scenery.home, "", HOST, by=authority)
    scenery.shows(f"{server.certificate.serial_number:x}", "1f" * 20)
    _shown(scenery, server, authority, sslcrl=str(authority.revokes(scenery.home, server)))


@scene("postgres.tls.revocation-unknown")
def revocation_unknown(scenery: Scenery) -> None:
    """The revocation list that `sslcrl` names has expired."""
    authority = _authority(scenery)
    server = make(scenery.home, "", HOST, by=authority)
    _shown(scenery, server, authority, sslcrl=str(authority.revokes(scenery.home, expired=True)))


@scene("postgres.tls.certificate-refused")
def certificate_refused(scenery: Scenery) -> None:
    """The server's certificate was signed by another server's, which is no authority."""
    authority = _authority(scenery)
    other = make(scenery.home, "other server", by=authority)
    made = make(scenery.home, "", HOST, by=other)
    with made.files.chain.open("ab") as chain:
        chain.write(other.files.chain.read_bytes())
    _shown(scenery, made, authority)


@scene("postgres.tls.host-differs")
def host_differs(scenery: Scenery) -> None:
    """The connection's host is an alias, `localhost` here, and the certificate is for `db.example.com`."""
    authority = _authority(scenery)
    _shown(scenery, make(scenery.home, "", "db.example.com", by=authority), authority)


@scene("postgres.tls.client-certificate-required")
def client_certificate_required(scenery: Scenery) -> None:
    """A proxy in front of PostgreSQL wants a client certificate, and the connection has none."""
    authority = _authority(scenery)
    server = _shown(scenery, make(scenery.home, "", HOST, by=authority), authority)
    _demands(server, authority)


@scene("postgres.tls.client-certificate-refused")
def client_certificate_refused(scenery: Scenery) -> None:
    """The connection shows a client certificate of an authority that the server does not know."""
    authority = _authority(scenery)
    certificate, key = _client(scenery, by=_authority(scenery, "Other Authority"))
    made = make(scenery.home, "", HOST, by=authority)
    _demands(_shown(scenery, made, authority, sslcert=str(certificate), sslkey=str(key)), authority)


@scene("postgres.tls.version-mismatch")
def version_mismatch(scenery: Scenery) -> None:
    """The server speaks TLS 1.2 at most, and the connection's extra asks for TLS 1.3."""
    server = scenery.postgres()
    server.enable_tls()
    server.conf({"ssl_max_protocol_version": "TLSv1.2"})
    scenery.warehouse(server.port, sslmode="require", ssl_min_protocol_version="TLSv1.3")


@scene("postgres.tls.not-spoken")
def not_spoken(scenery: Scenery) -> None:
    """Something agrees to TLS, and then answers in HTTP."""
    _meets(scenery, Hostile(*AGREES, says(b"HTTP/1.1 400 Bad Request\r\n\r\n")))


@scene("postgres.tls.direct-unsupported")
def direct_unsupported(scenery: Scenery) -> None:
    """The extra says `sslnegotiation=direct`, and the proxy does not confirm the protocol name `postgresql`."""
    server = scenery.enters(TlsServer(make(scenery.home, "", HOST), direct=True))
    scenery.warehouse(server.port, host=HOST, sslmode="require", sslnegotiation="direct")


@scene("postgres.tls.broken-off")
def broken_off(scenery: Scenery) -> None:
    """Something agrees to TLS and hangs up, as a firewall that inspects TLS may do."""
    _meets(scenery, Hostile(*AGREES, hangs_up()))


@scene("postgres.tls.handshake-refused")
def handshake_refused(scenery: Scenery) -> None:
    """The server speaks TLS 1.2 and wants a client certificate; that version's alert does not say so."""
    authority = _authority(scenery)
    server = _shown(scenery, make(scenery.home, "", HOST, by=authority), authority)
    server.context.maximum_version = ssl.TLSVersion.TLSv1_2
    _demands(server, authority)


def _authority(scenery: Scenery, name: str = "Warehouse Authority") -> Made:
    return make(scenery.home, name, authority=True)


def _server(scenery: Scenery) -> int:
    """The port of a server that shows some certificate."""
    return scenery.enters(TlsServer(make(scenery.home, HOST, HOST))).port


def _shown(scenery: Scenery, made: Made, root: Made, **extra: str) -> TlsServer:
    """A server that shows this certificate; the connection verifies it in full with this root."""
    path = scenery.home / "root.crt"
    path.write_bytes(root.files.chain.read_bytes())
    server = scenery.enters(TlsServer(made))
    scenery.warehouse(server.port, host=HOST, sslmode="verify-full", sslrootcert=str(path), **extra)
    return server


def _demands(server: TlsServer, authority: Made) -> None:
    server.context.verify_mode = ssl.CERT_REQUIRED
    server.context.load_verify_locations(authority.files.chain)


def _client(scenery: Scenery, by: Made | None = None, key_password: str = "") -> tuple[Path, Path]:
    """A client certificate and its key, as /opt/airflow/etl.crt and etl.key."""
    made = make(scenery.home, "etl", by=by, key_password=key_password).files
    return made.chain.rename(scenery.home / "etl.crt"), made.key.rename(scenery.home / "etl.key")


def _meets(scenery: Scenery, server: Hostile) -> None:
    scenery.warehouse(scenery.enters(server).port, sslmode="require")
