"""SCRAM: as transcripts, against an independent library's keys, and what a hostile server may try."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
import scramp
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from hypothesis import given, settings
from hypothesis import strategies as st

from safeconduct.model import Secret
from safeconduct.postgres.framing import Malformed
from safeconduct.postgres.messages import AuthCode, Authentication, ReadyForQuery
from safeconduct.postgres.scram import (
    MAX_ITERATIONS,
    ScramClient,
    ScramError,
    TooManyIterations,
    saslprep,
    server_end_point,
)
from safeconduct.postgres.wire import ChannelBinding, Exchange, Inbox, Login, Stop, StopReason, log_in
from tests.postgres.playbook import Playbook
from tests.postgres.scram_server import ScramServer
from tests.postgres.test_wire import seen_in_traceback

if TYPE_CHECKING:
    from collections.abc import Callable

PASSWORD = "hush"
ETL = Login("etl", "sales", Secret(PASSWORD))
BOUND = {"tls": True, "endpoint": b"hash of the certificate"}
PLAIN, PLUS = "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"
OK = Authentication(AuthCode.OK)


def challenge(server: ScramServer) -> Callable[[bytes], bytes]:
    return lambda sent: wrapped(AuthCode.SASL_CONTINUE, server.first(sent))


def proof(server: ScramServer) -> Callable[[bytes], bytes]:
    return lambda sent: wrapped(AuthCode.SASL_FINAL, server.final(sent))


def wrapped(code: AuthCode, data: bytes) -> bytes:
    return b"R" + (8 + len(data)).to_bytes(4, "big") + int(code).to_bytes(4, "big") + data


def offered(*mechanisms: str, **changes: object) -> Playbook[Exchange]:
    """A log-in to which the server offers these mechanisms."""
    login = Login(**{**vars(ETL), **changes})
    return Playbook(log_in(login, Inbox())) << bytes >> Authentication.offer(*mechanisms)


def proven(server: ScramServer, play: Playbook[Exchange]) -> Exchange:
    return (play << bytes >> challenge(server) << bytes >> proof(server) >> OK >> ReadyForQuery()).result


# Agreement


def test_both_sides_prove_that_they_know_the_password() -> None:
    server = ScramServer(PASSWORD)
    exchange = proven(server, offered(PLAIN))
    assert server.accepted
    assert exchange == Exchange(
        asked=("scram-sha-256",),
        mechanisms=(PLAIN,),
        used="scram-sha-256",
        password_sent=True,
        authenticated=True,
        ready=True,
    )


@pytest.mark.parametrize(
    ("mechanisms", "changes", "header", "used"),
    [
        ([PLUS, PLAIN], BOUND, "p=tls-server-end-point,,", "scram-sha-256-plus"),
        ([PLAIN], BOUND, "y,,", "scram-sha-256"),
        ([PLAIN], {}, "n,,", "scram-sha-256"),
        ([PLUS, PLAIN], {"tls": True}, "n,,", "scram-sha-256"),
        ([PLUS, PLAIN], {**BOUND, "channel_binding": ChannelBinding.DISABLE}, "n,,", "scram-sha-256"),
        ([PLUS, PLAIN], {**BOUND, "channel_binding": ChannelBinding.REQUIRE}, "p=tls-server-end-point,,", None),
        ([PLUS], BOUND, "p=tls-server-end-point,,", "scram-sha-256-plus"),
        (["OAUTHBEARER", PLAIN], {}, "n,,", "scram-sha-256"),
    ],
)
def test_channel_binding(mechanisms: list[str], changes: dict[str, object], header: str, used: str | None) -> None:
    server = ScramServer(PASSWORD, endpoint=b"hash of the certificate")
    exchange = proven(server, offered(*mechanisms, **changes))
    assert server.header == header
    assert server.accepted
    assert exchange.used == (used or "scram-sha-256-plus")


def test_another_certificate_between_is_noticed() -> None:
    server = ScramServer(PASSWORD, endpoint=b"another certificate's")
    proven(server, offered(PLUS, **BOUND))
    assert not server.accepted


@settings(max_examples=50, deadline=None)
@given(st.text(min_size=1).filter(lambda text: "\0" not in text and _agreed(text)))
def test_every_password_that_both_prepare_alike(password: str) -> None:
    server = ScramServer(password)
    proven(server, offered(PLAIN, password=Secret(password)))
    assert server.accepted


def _agreed(text: str) -> bool:
    """Whether the independent library takes the password, and as PostgreSQL does (facts: test_saslprep below)."""
    try:
        return bool(scramp.utils.saslprep(text) == saslprep(text) != "")
    except scramp.ScramException:
        return False


# What a hostile server may try


def stop_of(play: Playbook[Exchange]) -> Stop:
    assert play.result.stop is not None
    assert not play.result.authenticated
    return play.result.stop


def test_a_server_that_does_not_know_the_password() -> None:
    server = ScramServer("another")
    play = offered(PLAIN) << bytes >> challenge(server) << bytes >> proof(server)
    assert stop_of(play) == Stop(
        StopReason.SERVER_UNPROVEN, "the server's proof in SCRAM fails: its signature is wrong"
    )


@pytest.mark.parametrize("final", [b"v=", b"v=AAAA", b"v=!", b"", b"x=1", b"v", b"\xff\xff", b"e=other-error"])
def test_a_proof_that_is_none(final: bytes) -> None:
    server = ScramServer(PASSWORD)
    play = offered(PLAIN) << bytes >> challenge(server) << bytes >> Authentication(AuthCode.SASL_FINAL, final)
    assert stop_of(play).reason is StopReason.SERVER_UNPROVEN


def test_a_server_that_skips_its_own_proof() -> None:
    play = offered(PLAIN) << bytes >> challenge(ScramServer(PASSWORD)) << bytes >> OK
    assert stop_of(play).reason is StopReason.SERVER_UNPROVEN
    assert "without its own proof" in stop_of(play).detail


def test_plus_without_tls_means_that_something_ends_tls() -> None:
    stop = stop_of(offered(PLUS, PLAIN))
    assert stop.reason is StopReason.SERVER_UNPROVEN
    assert "something between ends TLS" in stop.detail


def test_plus_alone_and_no_means_to_bind() -> None:
    assert stop_of(offered(PLUS, tls=True)).reason is StopReason.METHOD_UNSUPPORTED


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("", "does not consist of r, s, i"),
        ("r={0}x", "does not consist of r, s, i"),
        ("s=AAAA,r={0}x,i=1", "does not consist of r, s, i"),
        ("r=other,s=AAAA,i=1", "nonce"),
        ("r={0},s=AAAA,i=1", "nonce"),
        ("r={0}x,s=A,i=1", "salt is not base64"),
        ("r={0}x,s=AAAA,i=0", "iteration count"),
        ("r={0}x,s=AAAA,i=-1", "iteration count"),
        ("r={0}x,s=AAAA,i=1e3", "iteration count"),
        ("r={0}x,s=AAAA,i=\u00b2", "iteration count"),
        ("r={0}x,s=AAAA,i=", "iteration count"),
    ],
)
def test_a_challenge_that_cannot_be_trusted(message: str, words: str) -> None:
    client = ScramClient(Secret(PASSWORD), nonce="nonce")
    with pytest.raises(ScramError, match=words):
        client.final(message.format("nonce").encode("latin-1"))


def test_a_challenge_that_cannot_be_trusted_ends_the_login_before_the_proof() -> None:
    play = offered(PLAIN) << bytes >> Authentication(AuthCode.SASL_CONTINUE, b"r=x,s=AAAA,i=1")
    assert stop_of(play).reason is StopReason.SERVER_UNPROVEN
    assert not play.result.password_sent


@pytest.mark.parametrize("iterations", [str(MAX_ITERATIONS + 1), "2147483647", "9" * 5000])
def test_more_iterations_than_a_second_are_refused(iterations: str) -> None:
    client = ScramClient(Secret(PASSWORD), nonce="n")
    with pytest.raises(TooManyIterations, match="at most 5,000,000"):
        client.final(f"r=nx,s=AAAA,i={iterations}".encode())


def test_more_iterations_than_a_second_are_a_method_not_spoken() -> None:
    big = ScramServer(PASSWORD)
    play = offered(PLAIN) << bytes >> (lambda sent: wrapped(AuthCode.SASL_CONTINUE, big.first(sent) + b"0000"))
    assert stop_of(play).reason is StopReason.METHOD_UNSUPPORTED


def test_extensions_after_the_iterations_are_passed_over() -> None:
    assert ScramClient(Secret(PASSWORD), nonce="n").final(b"r=nx,s=AAAA,i=1,z=1")


@pytest.mark.parametrize("code", [AuthCode.OK, AuthCode.SASL_FINAL, AuthCode.CLEARTEXT_PASSWORD])
def test_something_else_instead_of_the_challenge(code: AuthCode) -> None:
    with pytest.raises(Malformed, match="where SASLContinue was awaited"):
        offered(PLAIN) << bytes >> Authentication(code) << b""


def test_something_else_instead_of_the_proof() -> None:
    play = offered(PLAIN) << bytes >> challenge(ScramServer(PASSWORD)) << bytes
    with pytest.raises(Malformed, match="where SASLFinal was awaited"):
        play >> Authentication(AuthCode.CLEARTEXT_PASSWORD) << b""


def test_the_password_is_in_no_frame_while_the_client_waits() -> None:
    talk = log_in(ETL, Inbox())
    play = Playbook(talk) << bytes >> Authentication.offer(PLAIN) << bytes >> challenge(ScramServer(PASSWORD)) << bytes
    assert play.waits_for.awaited == "the server's proof in SCRAM"
    with pytest.raises(KeyboardInterrupt) as caught:
        talk.throw(KeyboardInterrupt())
    seen = seen_in_traceback(caught.value)
    assert "<SCRAM client, n,,>" in seen
    assert PASSWORD not in seen


# Preparation


@pytest.mark.parametrize(
    ("text", "prepared"),
    [
        ("plain", "plain"),
        ("tab\tstays", "tab\tstays"),
        ("I\u00adX", "IX"),
        ("\u2168", "IX"),
        ("\u00aa", "a"),
        ("a\u00a0b", "a b"),
        ("a\u200bb", "a b"),
        ("\u0627", "\u0627"),
        ("\u0627\u0031", None),
        ("\u0627a\u0627", None),
        ("\u00ad", None),
        ("a\u200e", None),
        ("\U0001f600", None),
        ("\u00e9\t", None),
        ("\udcff", None),
    ],
)
def test_saslprep(text: str, prepared: str | None) -> None:
    assert saslprep(text) == prepared


# Channel binding data


def certificate(algorithm: hashes.HashAlgorithm | None) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1()) if algorithm else ed25519.Ed25519PrivateKey.generate()
    name = x509.Name([])
    now = datetime.now(timezone.utc)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(1))
    return builder.sign(key, algorithm).public_bytes(serialization.Encoding.DER)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("algorithm", "name"), [(hashes.SHA256(), "sha256"), (hashes.SHA384(), "sha384"), (hashes.SHA3_256(), "sha3_256")]
)
def test_the_end_point_is_hashed_as_its_signature_is(algorithm: hashes.HashAlgorithm, name: str) -> None:
    der = certificate(algorithm)
    assert server_end_point(der) == hashlib.new(name, der).digest()


def test_some_certificates_have_no_end_point() -> None:
    assert server_end_point(certificate(None)) is None
    assert server_end_point(b"not a certificate") is None
