"""Why the server's certificate was refused, by OpenSSL's verification code."""

from __future__ import annotations

import json
import shlex
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from safeconduct.model import Remedy, RemedyKind
from safeconduct.postgres import rules_tls as rules
from safeconduct.postgres.tls_context import plain_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from safeconduct.model import Finding
    from safeconduct.postgres.tls_handshake import FailedHandshake
    from safeconduct.postgres.tls_names import Shown


def explain_certificate(failure: FailedHandshake, code: int) -> Finding:
    """The finding for a certificate that OpenSSL did not accept."""
    return _BY_CODE.get(code, _certificate_refused)(failure)


def _look(failure: FailedHandshake) -> Remedy:
    """The command that shows the server's certificate."""
    start = "-alpn postgresql" if failure.target.tls.direct else "-starttls postgres"
    where = shlex.quote(str(failure.host))
    fields = "-noout -subject -issuer -dates -ext subjectAltName"
    return Remedy(
        RemedyKind.COMMAND,
        f"openssl s_client {start} -connect {where} </dev/null 2>/dev/null | openssl x509 {fields}",
        when="to see the server's certificate",
    )


def _root_option(failure: FailedHandshake) -> Remedy:
    sample = {"sslmode": failure.target.tls.mode.value, "sslrootcert": "/path/to/ca.crt"}
    return Remedy(RemedyKind.OPTION, json.dumps(sample), when="in the extra, with the authority's certificate")


def _expired(failure: FailedHandshake) -> Finding:
    shown = failure.shown
    if shown and shown.not_after > datetime.now(timezone.utc):
        message = "an authority in the chain above the server's certificate has expired"
        return failure.finding(rules.EXPIRED, message, _look(failure), **_of(shown))
    when = f" on {shown.not_after:%Y-%m-%d}" if shown else ""
    return failure.finding(rules.EXPIRED, f"the server's certificate expired{when}", _look(failure), **_of(shown))


def _not_yet_valid(failure: FailedHandshake) -> Finding:
    shown = failure.shown
    when = f" before {shown.not_before:%Y-%m-%d %H:%M} UTC" if shown else " yet"
    message = f"the server's certificate is not valid{when}"
    clock = f"{datetime.now(timezone.utc):%Y-%m-%d %H:%M} UTC"
    return failure.finding(rules.NOT_YET_VALID, message, _look(failure), **{"clock here": clock}, **_of(shown))


def _of(shown: Shown | None) -> dict[str, str]:
    if shown is None:
        return {}
    return {
        "subject": shown.subject,
        "issuer": shown.issuer,
        "valid from": f"{shown.not_before:%Y-%m-%d %H:%M} UTC",
        "valid until": f"{shown.not_after:%Y-%m-%d %H:%M} UTC",
        "names": ", ".join(shown.names),
    }


def _issuer_unknown(failure: FailedHandshake) -> Finding:
    policy, shown = failure.target.tls, failure.shown
    issuer = f" {shown.issuer}" if shown else ""
    message = f"the server's certificate was signed by an authority{issuer} that is not in {policy.root}"
    return failure.finding(
        rules.ISSUER_UNKNOWN, message, _root_option(failure), _look(failure), root=policy.root, **_of(shown)
    )


def _self_signed(failure: FailedHandshake) -> Finding:
    root = failure.target.tls.root
    return _untrusted(failure, f"the server shows a self-signed certificate that is not in {root}")


def _chain_untrusted(failure: FailedHandshake) -> Finding:
    root = failure.target.tls.root
    return _untrusted(failure, f"the chain that the server sends ends with an authority that is not in {root}")


def _untrusted(failure: FailedHandshake, message: str) -> Finding:
    root = failure.target.tls.root
    return failure.finding(
        rules.SELF_SIGNED, message, _root_option(failure), _look(failure), root=root, **_of(failure.shown)
    )


def _revocation(failure: FailedHandshake) -> dict[str, str]:
    policy = failure.target.tls
    return {"revocation list": policy.revoked or policy.revoked_folder, **_of(failure.shown)}


def _revoked(failure: FailedHandshake) -> Finding:
    serial = failure.shown.serial if failure.shown else ""
    message = "the server's certificate has been revoked"
    return failure.finding(rules.REVOKED, message, _look(failure), serial=serial, **_revocation(failure))


def _revocation_unknown(failure: FailedHandshake) -> Finding:
    message = f"whether the server's certificate is revoked cannot be told: {plain_words(failure.error)}"
    return failure.finding(rules.REVOCATION_UNKNOWN, message, **_revocation(failure))


def _certificate_refused(failure: FailedHandshake) -> Finding:
    words = getattr(failure.error, "verify_message", "") or plain_words(failure.error)
    message = f"the server's certificate is not good enough: {words}"
    return failure.finding(rules.CERTIFICATE_REFUSED, message, _look(failure), **_of(failure.shown))


_BY_CODE: dict[int, Callable[[FailedHandshake], Finding]] = {
    2: _issuer_unknown,
    3: _revocation_unknown,
    9: _not_yet_valid,
    10: _expired,
    11: _revocation_unknown,
    12: _revocation_unknown,
    18: _self_signed,
    19: _chain_untrusted,
    20: _issuer_unknown,
    21: _issuer_unknown,
    23: _revoked,
}
"""X509_V_ERR_* of OpenSSL (include/openssl/x509_vfy.h)."""


def host_differs(failure: FailedHandshake) -> Finding:
    """The certificate is good, but for another host."""
    host, names = failure.host, failure.shown.names if failure.shown else ()
    if not host.host:
        message = "sslmode=verify-full needs a host name to compare with the certificate; there is only hostaddr"
    else:
        message = f"the server's certificate is for {', '.join(names) or 'no host'}, not for {host.host}"
    usable = [name for name in names if not name.startswith("*")]
    remedies = [Remedy(RemedyKind.OPTION, f"host = {usable[0]}", when="in the Airflow connection")] if usable else []
    weaker = Remedy(
        RemedyKind.OPTION,
        json.dumps({"sslmode": "verify-ca"}),
        when="in the extra, only if the authority signs for nobody else: the name is then not checked",
    )
    return failure.finding(rules.HOST_DIFFERS, message, *remedies, weaker, host=host.host, **_of(failure.shown))
