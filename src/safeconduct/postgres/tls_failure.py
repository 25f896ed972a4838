"""Why a TLS handshake failed, told by OpenSSL's codes, never by its words."""

from __future__ import annotations

import json
import shlex
import ssl
from dataclasses import replace
from typing import TYPE_CHECKING

from safeconduct.model import Remedy, RemedyKind
from safeconduct.postgres import rules_tls as rules
from safeconduct.postgres.tls_certificate import explain_certificate, host_differs
from safeconduct.postgres.tls_context import HostDiffers, ProtocolUnconfirmed, plain_words
from safeconduct.postgres.tls_handshake import FailedHandshake
from safeconduct.postgres.tls_names import read_certificate

if TYPE_CHECKING:
    from safeconduct.model import Finding
    from safeconduct.postgres.place import HostPort
    from safeconduct.postgres.target import Target


def explain_tls_failure(
    error: OSError, target: Target, host: HostPort, peer_certificate: bytes | None = None
) -> Finding:
    """The finding for an error of the handshake, or of the first read: TLS 1.3 sends some alerts only then.

    `peer_certificate` is the server's certificate as DER, where it could be had; it makes the evidence fuller.
    """
    peer = error.peer if isinstance(error, HostDiffers) else peer_certificate
    failure = FailedHandshake(error, target, host, read_certificate(peer) if peer else None)
    if isinstance(error, HostDiffers):
        return host_differs(failure)
    if isinstance(error, ProtocolUnconfirmed):
        message = f"{host} took TLS at once, but did not confirm that PostgreSQL is behind it"
        return failure.finding(rules.DIRECT_UNSUPPORTED, message)
    if isinstance(error, ssl.SSLCertVerificationError):
        return explain_certificate(failure, error.verify_code)
    return _by_reason(failure)


_ON = "on the server, with a certificate; then SELECT pg_reload_conf()"


def server_without_tls(target: Target, host: HostPort) -> Finding:
    """The server said no to TLS, and sslmode demands it."""
    mode = target.tls.mode.value
    return rules.SERVER_WITHOUT.finding(
        target.subject,
        f"{host} has no TLS, and sslmode={mode} demands it",
        evidence={"answer": "N", "sslmode": mode},
        remedies=(
            Remedy(RemedyKind.SQL, "ALTER SYSTEM SET ssl = on;", when=_ON),
            Remedy(
                RemedyKind.OPTION,
                json.dumps({"sslmode": "prefer"}),
                when="in the connection's extra, only where the way to the server is safe without TLS",
            ),
        ),
    )


_CLIENT_ALERTS = (
    *("UNKNOWN_CA", "BAD_CERTIFICATE", "CERTIFICATE_EXPIRED", "CERTIFICATE_REVOKED", "CERTIFICATE_UNKNOWN"),
    *("UNSUPPORTED_CERTIFICATE", "ACCESS_DENIED", "DECRYPT_ERROR"),
)
_VERSION_REASONS = {
    "UNSUPPORTED_PROTOCOL",
    "TLSV1_ALERT_PROTOCOL_VERSION",
    "NO_PROTOCOLS_AVAILABLE",
    "VERSION_TOO_LOW",
    # Versions before 1.2 sign with SHA-1, which OpenSSL 3 refuses.
    "LEGACY_SIGALG_DISALLOWED_OR_UNSUPPORTED",
}
_NOT_TLS = {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE"}


def _by_reason(failure: FailedHandshake) -> Finding:
    reason = failure.reason
    if reason.endswith("CERTIFICATE_REQUIRED"):
        return _client_required(failure)
    if "ALERT" in reason and reason.endswith(_CLIENT_ALERTS):
        return _client_refused(failure)
    if reason in _VERSION_REASONS:
        return _version_mismatch(failure)
    if reason in _NOT_TLS:
        return failure.finding(rules.NOT_SPOKEN, f"{failure.host} does not answer the TLS handshake with TLS")
    if reason.startswith("UNEXPECTED_EOF") or not isinstance(failure.error, ssl.SSLError) or _is_end(failure.error):
        return failure.finding(
            rules.BROKEN_OFF, f"{failure.host} cut the connection in the middle of the TLS handshake"
        )
    return _handshake_refused(failure)


def _is_end(error: OSError) -> bool:
    return isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError))


def _client_files(failure: FailedHandshake) -> dict[str, str]:
    policy = failure.target.tls
    return {"sslcert": policy.certificate, "sslcertmode": policy.certificate_mode}


def _client_option() -> Remedy:
    sample = {"sslcert": "/path/to/client.crt", "sslkey": "/path/to/client.key"}
    return Remedy(RemedyKind.OPTION, json.dumps(sample), when="in the connection's extra")


def _client_required(failure: FailedHandshake) -> Finding:
    message = f"{failure.host} demands a client certificate, and none was shown"
    return failure.finding(rules.CLIENT_REQUIRED, message, _client_option(), **_client_files(failure))


def _client_refused(failure: FailedHandshake) -> Finding:
    path = failure.target.tls.certificate
    look = f"openssl x509 -noout -subject -issuer -dates -in {shlex.quote(path)}"
    return failure.finding(
        rules.CLIENT_REFUSED,
        f"{failure.host} refuses the client certificate {path}",
        Remedy(RemedyKind.COMMAND, look, when="to see who signed it and until when it is valid"),
        **_client_files(failure),
    )


def _version_mismatch(failure: FailedHandshake) -> Finding:
    policy = failure.target.tls
    bounds = f"{policy.minimum or 'any'} to {policy.maximum or 'the newest'}"
    return failure.finding(
        rules.VERSION_MISMATCH,
        f"{failure.host} speaks no version of TLS that is allowed here ({bounds})",
        Remedy(
            RemedyKind.SQL,
            "ALTER SYSTEM RESET ssl_min_protocol_version;\nALTER SYSTEM RESET ssl_max_protocol_version;",
            when="on the server, one after the other; then SELECT pg_reload_conf()",
        ),
        allowed=bounds,
    )


def _handshake_refused(failure: FailedHandshake) -> Finding:
    possible: tuple[str, ...] = ()
    if failure.reason.endswith("HANDSHAKE_FAILURE"):
        possible = (
            "a client certificate is demanded, and none was shown (the server's log says so)",
            "no cipher is allowed on both sides (SHOW ssl_ciphers; and openssl ciphers -v)",
        )
    message = f"the TLS handshake with {failure.host} failed: {plain_words(failure.error)}"
    return replace(failure.finding(rules.HANDSHAKE_REFUSED, message, **_client_files(failure)), possible=possible)
