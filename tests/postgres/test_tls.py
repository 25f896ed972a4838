"""TLS as libpq does it: real handshakes over loopback, each outcome compared with the real libpq's."""

from __future__ import annotations

import json
import socket
import ssl
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from safeconduct.model import Connection, Finding, Secret, Stage, Unjudged
from safeconduct.postgres.channel import Channel, Deadline
from safeconduct.postgres.target import Target, target_of
from safeconduct.postgres.tls import (
    Encryption,
    build_context,
    explain_tls_failure,
    peer_names,
    server_without_tls,
    tls_plan,
    unverified,
)
from tests.postgres import libpq
from tests.postgres.made_certificates import DAY, Made, make
from tests.postgres.tls_server import TlsServer
from tests.servers.hostile import GARBAGE, HANGS_UP, Hostile, hears, says

if TYPE_CHECKING:
    from collections.abc import Iterator

HOST = "localhost"


@pytest.fixture
def authority(tmp_path: Path) -> Made:
    return make(tmp_path, "Good Authority", authority=True)


@pytest.fixture
def server(tmp_path: Path, authority: Made) -> Made:
    return make(tmp_path, "", HOST, by=authority)


@dataclass
class Client:
    """A connection to a server with TLS options, walked by us and by libpq."""

    home: Path
    port: int
    options: dict[str, Any] = field(default_factory=dict)
    host: str = HOST

    @property
    def target(self) -> Target:
        extra = {"sslmode": "verify-full", **self.options}
        connection = Connection(
            "c", "postgres", host=self.host, port=self.port, login="etl", extra=Secret(json.dumps(extra))
        )
        found = target_of(connection, {}, self.home)
        assert isinstance(found, Target), found
        return found

    def meets(self) -> Finding | Unjudged | None:
        """What becomes of the handshake and the first answer; None when the login was refused over TLS."""
        target = self.target
        host = target.hosts[0]
        context = build_context(target, host)
        if not isinstance(context, ssl.SSLContext):
            return context
        try:
            self._talk(context, direct=target.tls.direct)
        except OSError as error:
            return explain_tls_failure(error, target, host, self._peek(target))
        return None

    def _talk(self, context: ssl.SSLContext, *, direct: bool) -> bytes:
        family = socket.AF_INET6 if self.host == "::1" else socket.AF_INET
        address = self.host if self.host == "::1" else "127.0.0.1"
        with Channel.open(family, (address, self.port), Deadline(5)) as channel:
            if not direct:
                channel.send(b"\0\0\0\x08\x04\xd2\x16\x2f")
                channel.receive()
            shown = channel.start_tls(context, "a name that the context does not use").peer_certificate
            channel.send(b"\0\0\0\x08\0\3\0\0")
            if not channel.receive():
                raise ssl.SSLEOFError("closed")
        return shown

    def _peek(self, target: Target) -> bytes | None:
        context = build_context(target, target.hosts[0])
        assert isinstance(context, ssl.SSLContext)
        try:
            return self._talk(unverified(context), direct=target.tls.direct)
        except OSError:
            return None

    def libpq_says(self) -> str:
        """The words with which libpq ends."""
        arguments = {"sslmode": "verify-full", **self.options, "host": self.host, "port": str(self.port)}
        if self.host not in {"127.0.0.1", "::1"}:
            arguments["hostaddr"] = "127.0.0.1"
        with libpq.environment(self.home), pytest.raises(psycopg.OperationalError) as refused:
            psycopg.connect(user="etl", gssencmode="disable", **arguments)
        return str(refused.value)

    def refused(self, rule: str) -> Finding:
        """The finding, when libpq does not get as far as the login either."""
        found = self.meets()
        assert isinstance(found, Finding), found
        assert found.rule == rule
        assert found.stage is Stage.TLS
        assert "not here" not in self.libpq_says()
        return found

    def let_in(self) -> None:
        """Both get as far as the login."""
        found = self.meets()
        assert found is None, found
        assert "not here" in self.libpq_says()


@pytest.fixture
def client(tmp_path: Path, authority: Made, server: Made) -> Iterator[Client]:
    with TlsServer(server) as there:
        yield Client(tmp_path, there.port, {"sslrootcert": str(authority.files.chain)})


# The plan


@pytest.mark.parametrize(
    ("options", "plan"),
    [
        ({"sslmode": "disable"}, "plain"),
        ({"sslmode": "allow"}, "plain requested"),
        ({"sslmode": "prefer"}, "requested plain"),
        ({"sslmode": "require"}, "requested"),
        ({"sslmode": "verify-ca"}, "requested"),
        ({"sslmode": "verify-full", "sslnegotiation": "direct"}, "direct"),
    ],
)
def test_the_plan(options: dict[str, str], plan: str, tmp_path: Path) -> None:
    target = Client(tmp_path, 5432, options).target
    assert [step.value for step in tls_plan(target, target.hosts[0])] == plan.split()
    unix = replace(target.hosts[0], host="/run")
    assert tls_plan(target, unix) == (Encryption.PLAIN,)


# The server's certificate


def test_a_good_certificate(client: Client) -> None:
    client.let_in()


@pytest.mark.parametrize(
    ("host", "common_name", "names", "good"),
    [
        ("localhost", "", ["other", "LOCALHOST"], True),
        ("localhost", "localhost", [], True),
        ("localhost", "localhost", ["other"], False),
        ("localhost", "localhost", ["10.0.0.1"], True),
        ("localhost", "", ["127.0.0.1"], False),
        ("127.0.0.1", "", ["127.0.0.1"], True),
        ("127.0.0.1", "127.0.0.1", [], True),
        ("127.0.0.1", "127.0.0.1", ["other"], True),
        ("127.0.0.1", "127.0.0.1", ["10.0.0.1"], False),
        ("127.0.0.1", "", ["localhost"], False),
        ("127.1", "", ["127.0.0.1"], True),
        ("db.example.com", "", ["*.example.com"], True),
        ("a.db.example.com", "", ["*.example.com"], False),
        ("example.com", "", ["*.example.com"], False),
        ("db.example.com", "", ["d*.example.com"], False),
        ("db.example.com", "*.example.com", [], True),
        ("db.example.com", "", ["*"], False),
        ("db.com", "", ["*.com"], True),
    ],
)
def test_names_are_compared_as_libpq_compares_them(
    host: str, common_name: str, names: list[str], good: bool, tmp_path: Path, authority: Made
) -> None:
    shown = make(tmp_path, common_name, *names, by=authority)
    with TlsServer(shown) as there:
        it = Client(tmp_path, there.port, {"sslrootcert": str(authority.files.chain)}, host)
        if good:
            it.let_in()
            return
        found = it.refused("postgres.tls.host-differs")
    assert found.evidence["host"] == host
    assert found.evidence["names"] == ", ".join(names or [common_name])
    assert all(name in found.message for name in names)


def test_a_name_of_the_certificate_is_offered(tmp_path: Path, authority: Made) -> None:
    with TlsServer(make(tmp_path, "", "*.example.com", "db.example.com", by=authority)) as there:
        it = Client(tmp_path, there.port, {"sslrootcert": str(authority.files.chain)})
        found = it.refused("postgres.tls.host-differs")
        assert found.remedies[0].text == "host = db.example.com"
        it.options["sslmode"] = "verify-ca"
        it.let_in()


def test_only_an_address_has_no_name_to_compare(client: Client) -> None:
    client.options["hostaddr"] = "127.0.0.1"
    target = client.target
    host = replace(target.hosts[0], host="")
    context = build_context(target, host)
    assert isinstance(context, ssl.SSLContext)
    with pytest.raises(ssl.SSLError) as differs:
        client._talk(context, direct=False)
    assert "only hostaddr" in explain_tls_failure(differs.value, target, host).message


def test_an_expired_certificate(tmp_path: Path, authority: Made) -> None:
    shown = make(tmp_path, "", HOST, by=authority, ends=-DAY)
    with TlsServer(shown) as there:
        it = Client(tmp_path, there.port, {"sslrootcert": str(authority.files.chain), "sslmode": "require"})
        found = it.refused("postgres.tls.expired")
    assert found.evidence["valid until"].startswith(f"{shown.certificate.not_valid_after_utc:%Y-%m-%d %H:%M}")
    assert found.evidence["verify code"] == "10"
    assert f"{shown.certificate.not_valid_after_utc:%Y-%m-%d}" in found.message
    assert found.remedies[0].text.startswith(f"openssl s_client -starttls postgres -connect localhost:{there.port}")


def test_an_expired_authority_is_told_from_the_servers_certificate(tmp_path: Path) -> None:
    old = make(tmp_path, "Old Authority", authority=True, ends=-DAY)
    with TlsServer(make(tmp_path, "", HOST, by=old)) as there:
        found = Client(tmp_path, there.port, {"sslrootcert": str(old.files.chain)}).refused("postgres.tls.expired")
    assert "authority in the chain" in found.message


def test_a_certificate_of_tomorrow(tmp_path: Path, authority: Made) -> None:
    with TlsServer(make(tmp_path, "", HOST, by=authority, starts=DAY, ends=2 * DAY)) as there:
        it = Client(tmp_path, there.port, {"sslrootcert": str(authority.files.chain)})
        found = it.refused("postgres.tls.not-yet-valid")
    assert found.evidence["clock here"].endswith("UTC")
    assert found.evidence["valid from"] > found.evidence["clock here"]


def test_another_authority(tmp_path: Path, client: Client) -> None:
    other = make(tmp_path, "Other Authority", authority=True)
    client.options["sslrootcert"] = str(other.files.chain)
    found = client.refused("postgres.tls.issuer-unknown")
    assert found.evidence["issuer"] == "CN=Good Authority"
    assert found.evidence["root"] == str(other.files.chain)
    assert '"sslrootcert": "/path/to/ca.crt"' in found.remedies[0].text


def test_a_self_signed_certificate(tmp_path: Path, authority: Made) -> None:
    shown = make(tmp_path, HOST, HOST)
    with TlsServer(shown) as there:
        it = Client(tmp_path, there.port, {"sslrootcert": str(authority.files.chain)})
        found = it.refused("postgres.tls.self-signed")
        assert found.evidence["subject"] == "CN=localhost"
        it.options["sslrootcert"] = str(shown.files.chain)
        it.let_in()


def test_revocation(tmp_path: Path, client: Client, authority: Made, server: Made) -> None:
    other = make(tmp_path, "other", by=authority)
    client.options["sslcrl"] = str(authority.revokes(tmp_path, other))
    client.let_in()
    authority.revokes(tmp_path, server)
    found = client.refused("postgres.tls.revoked")
    assert found.evidence["revocation list"] == client.options["sslcrl"]
    assert found.evidence["serial"] == f"{server.certificate.serial_number:x}"
    authority.revokes(tmp_path, other, expired=True)
    assert "expired" in client.refused("postgres.tls.revocation-unknown").message
    client.options = {"sslrootcert": client.options["sslrootcert"], "sslcrldir": str(tmp_path)}
    client.refused("postgres.tls.revocation-unknown")


# Roots


@pytest.mark.parametrize("mode", ["require", "prefer", "verify-ca"])
def test_a_root_certificate_verifies_in_every_mode(mode: str, tmp_path: Path, client: Client) -> None:
    other = make(tmp_path, "Other Authority", authority=True)
    client.options = {"sslmode": mode, "sslrootcert": str(other.files.chain)}
    found = client.meets()
    assert isinstance(found, Finding)
    assert found.rule == "postgres.tls.issuer-unknown"
    words = client.libpq_says()
    assert "certificate verify failed" in words
    client.options["sslrootcert"] = str(tmp_path / "absent")
    if mode == "verify-ca":
        client.refused("postgres.tls.root-missing")
    else:
        client.let_in()
        assert [w.rule for w in client.target.warnings] == ["postgres.tls.file-absent"]
        assert client.target.warnings[0].evidence["option"] == "sslrootcert"


def test_the_default_root(tmp_path: Path, client: Client, authority: Made) -> None:
    client.options = {}
    found = client.refused("postgres.tls.root-missing")
    assert found.evidence["file"] == f"{tmp_path}/.postgresql/root.crt"
    assert found.evidence["named by"] == "libpq's default for sslrootcert"
    (tmp_path / ".postgresql").mkdir()
    (tmp_path / ".postgresql/root.crt").write_bytes(authority.files.chain.read_bytes())
    client.let_in()


def test_a_tilde_is_not_expanded(client: Client) -> None:
    client.options["sslrootcert"] = "~/root.crt"
    assert "does not expand the ~" in client.refused("postgres.tls.root-missing").message


@pytest.mark.parametrize("content", [b"", b"garbage", None])
def test_a_root_that_is_no_certificate(content: bytes | None, tmp_path: Path, client: Client) -> None:
    path = tmp_path / "root.crt"
    path.mkdir() if content is None else path.write_bytes(content)
    client.options["sslrootcert"] = str(path)
    found = client.refused("postgres.tls.root-unreadable")
    assert found.evidence["named by"] == "sslrootcert"
    assert found.evidence["error"]
    assert "_ssl.c" not in found.message


def test_the_systems_certificates(client: Client, monkeypatch: pytest.MonkeyPatch, authority: Made) -> None:
    client.options = {"sslrootcert": "system"}
    client.refused("postgres.tls.issuer-unknown")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.files.chain))
    client.let_in()


# The client's certificate


@pytest.fixture
def demanding(tmp_path: Path, authority: Made, server: Made) -> Iterator[tuple[Client, TlsServer]]:
    with TlsServer(server) as there:
        there.context.verify_mode = ssl.CERT_REQUIRED
        there.context.load_verify_locations(authority.files.chain)
        yield Client(tmp_path, there.port, {"sslrootcert": str(authority.files.chain)}), there


def test_a_client_certificate(demanding: tuple[Client, TlsServer], tmp_path: Path, authority: Made) -> None:
    it, _ = demanding
    found = it.refused("postgres.tls.client-certificate-required")
    assert found.evidence["sslcert"] == f"{tmp_path}/.postgresql/postgresql.crt"
    mine = make(tmp_path, "etl", by=authority)
    it.options |= {"sslcert": str(mine.files.chain), "sslkey": str(mine.files.key)}
    it.let_in()
    it.options["sslcertmode"] = "disable"
    it.refused("postgres.tls.client-certificate-required")


def test_tls_1_2_has_one_alert_for_two_causes(demanding: tuple[Client, TlsServer]) -> None:
    it, there = demanding
    there.context.maximum_version = ssl.TLSVersion.TLSv1_2
    found = it.refused("postgres.tls.handshake-refused")
    assert "client certificate" in found.possible[0]
    assert "cipher" in found.possible[1]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_client_certificate_that_the_server_does_not_know(
    version: ssl.TLSVersion, demanding: tuple[Client, TlsServer], tmp_path: Path
) -> None:
    it, there = demanding
    there.context.maximum_version = version
    mine = make(tmp_path, "etl", by=make(tmp_path, "Other Authority", authority=True))
    it.options |= {"sslcert": str(mine.files.chain), "sslkey": str(mine.files.key)}
    found = it.refused("postgres.tls.client-certificate-refused")
    assert found.evidence["reason"] == "TLSV1_ALERT_UNKNOWN_CA"
    assert str(mine.files.chain) in found.remedies[0].text


def test_the_key_is_refused_as_libpq_refuses_it(client: Client, tmp_path: Path, authority: Made) -> None:
    mine = make(tmp_path, "etl", by=authority)
    client.options |= {"sslcert": str(mine.files.chain), "sslkey": str(mine.files.key)}
    client.let_in()
    mine.files.key.chmod(0o644)
    found = client.refused("postgres.tls.key-permissions")
    assert found.evidence["permissions"] == "0644"
    assert found.remedies[0].text == f"chmod 0600 {mine.files.key}"
    mine.files.key.chmod(0o640)
    client.let_in() if mine.files.key.stat().st_uid == 0 else client.refused("postgres.tls.key-permissions")
    mine.files.key.chmod(0o600)
    mine.files.key.write_text("garbage")
    client.refused("postgres.tls.key-unreadable")
    mine.files.key.write_bytes(authority.files.key.read_bytes())
    client.refused("postgres.tls.key-unreadable")
    mine.files.key.unlink()
    assert client.refused("postgres.tls.key-missing").evidence["certificate"] == str(mine.files.chain)
    client.options["sslkey"] = str(tmp_path)
    assert "no plain file" in client.refused("postgres.tls.key-missing").message
    mine.files.chain.write_text("garbage")
    client.refused("postgres.tls.certificate-unreadable")
    client.options["sslcert"] = str(tmp_path / "absent")
    client.let_in()
    assert client.target.warnings[0].evidence["option"] == "sslcert"


def test_a_locked_key(client: Client, tmp_path: Path, authority: Made, capfd: pytest.CaptureFixture[str]) -> None:
    mine = make(tmp_path, "etl", by=authority, key_password="open sesame")
    client.options |= {"sslcert": str(mine.files.chain), "sslkey": str(mine.files.key), "sslpassword": "open sesame"}
    client.let_in()
    client.options["sslpassword"] = "hunter2"
    found = client.refused("postgres.tls.key-locked")
    assert "does not open it" in found.message
    assert "hunter2" not in repr((found, client.target))
    del client.options["sslpassword"]
    found_without = client.meets()
    assert isinstance(found_without, Finding)
    assert "there is no sslpassword" in found_without.message
    assert "pass phrase" not in "".join(capfd.readouterr())


def test_keys_that_libpq_reads_and_we_do_not_are_not_judged(client: Client, tmp_path: Path, authority: Made) -> None:
    from cryptography.hazmat.primitives import serialization as s

    mine = make(tmp_path, "etl", by=authority)
    der = mine.key.private_bytes(s.Encoding.DER, s.PrivateFormat.PKCS8, s.NoEncryption())
    mine.files.key.write_bytes(der)
    client.options |= {"sslcert": str(mine.files.chain), "sslkey": str(mine.files.key)}
    found = client.meets()
    assert isinstance(found, Unjudged)
    assert "DER" in found.reason
    assert "not here" in client.libpq_says()
    client.options["sslkey"] = "pkcs11:label"
    engine = client.meets()
    assert isinstance(engine, Unjudged)
    assert "engine" in engine.reason


# The agreement


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({"ssl_min_protocol_version": "TLSv1.3"}, ssl.TLSVersion.TLSv1_2),
        ({"ssl_max_protocol_version": "TLSv1.2"}, ssl.TLSVersion.TLSv1_3),
    ],
)
def test_no_version_in_common(ours: dict[str, str], theirs: ssl.TLSVersion, tmp_path: Path, server: Made) -> None:
    with TlsServer(server) as there:
        there.context.minimum_version = there.context.maximum_version = theirs
        it = Client(tmp_path, there.port, {"sslmode": "require", **ours})
        found = it.refused("postgres.tls.version-mismatch")
        assert found.evidence["allowed"] in {"TLSv1.3 to the newest", "TLSv1.2 to TLSv1.2"}
        it.options = {"sslmode": "require"}
        it.let_in()


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1 is deprecated:DeprecationWarning")
@pytest.mark.parametrize("minimum", ["TLSv1.2", ""])
def test_a_server_of_old(minimum: str, tmp_path: Path, server: Made) -> None:
    with TlsServer(server) as there:
        there.context.set_ciphers("ALL:@SECLEVEL=0")
        there.context.minimum_version = there.context.maximum_version = ssl.TLSVersion.TLSv1
        it = Client(tmp_path, there.port, {"sslmode": "require", "ssl_min_protocol_version": minimum})
        it.refused("postgres.tls.version-mismatch")


@pytest.mark.parametrize(
    ("script", "rule"),
    [
        ((hears(), says(b"S"), hears(), says(b"HTTP/1.1 400 Bad Request\r\n\r\n")), "postgres.tls.not-spoken"),
        ((hears(), says(b"S"), hears(), *HANGS_UP), "postgres.tls.broken-off"),
        ((hears(), says(b"S"), *GARBAGE), "postgres.tls.not-spoken"),
    ],
)
def test_a_server_that_says_yes_and_cannot(script: tuple[Any, ...], rule: str, tmp_path: Path) -> None:
    with Hostile(*script) as there:
        Client(tmp_path, there.port, {"sslmode": "require"}).refused(rule)


def test_direct(tmp_path: Path, server: Made) -> None:
    with TlsServer(server, direct=True) as there:
        it = Client(tmp_path, there.port, {"sslmode": "require", "sslnegotiation": "direct"})
        found = it.refused("postgres.tls.direct-unsupported")
        assert "did not confirm" in found.message
        there.context.set_alpn_protocols(["postgresql"])
        it.let_in()


@pytest.mark.parametrize(
    ("host", "options", "name"),
    [("localhost", {}, "localhost"), ("localhost", {"sslsni": "0"}, None), ("127.0.0.1", {}, None)],
)
def test_the_name_that_is_sent(host: str, options: dict[str, str], name: str | None, tmp_path: Path) -> None:
    authority = make(tmp_path, "Good Authority", authority=True)
    with TlsServer(make(tmp_path, "", "localhost", "127.0.0.1", by=authority)) as there:
        it = Client(tmp_path, there.port, {"sslrootcert": str(authority.files.chain), **options}, host)
        it.let_in()
    assert there.names == [name, name]


def test_an_address_of_version_6(tmp_path: Path, authority: Made) -> None:
    with TlsServer(make(tmp_path, "", "::1", by=authority), host="::1") as there:
        Client(tmp_path, there.port, {"sslrootcert": str(authority.files.chain)}, "::1").let_in()


def test_a_server_without_tls(tmp_path: Path) -> None:
    target = Client(tmp_path, 5432).target
    found = server_without_tls(target, target.hosts[0])
    assert (found.rule, found.stage) == ("postgres.tls.server-without", Stage.TLS)
    assert found.evidence == {"answer": "N", "sslmode": "verify-full"}


def test_peer_names(tmp_path: Path) -> None:
    assert peer_names(make(tmp_path, "cn", "a", "::1").der) == ("a", "::1")
    assert peer_names(make(tmp_path, "cn").der) == ("cn",)
    assert peer_names(make(tmp_path, "").der) == ()
    assert peer_names(b"garbage") == ()
