"""Answers made from a password: SCRAM-SHA-256 with and without channel binding (RFC 5802, 7677), and md5.

Made here rather than with a library, because a client that explains refusals must log in where libpq can: the known
library refuses fewer than 4,096 iterations (PostgreSQL 16 lets scram_iterations begin at 1), salts below 12 bytes and
passwords that SASLprep forbids (PostgreSQL and libpq then take the password as it is). The tests hold this module
against that library's keys and against PostgreSQL.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import secrets
import stringprep
import unicodedata
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING

from safeconduct.postgres.frontend import secret_to_bytes

if TYPE_CHECKING:
    from safeconduct.model import Secret

SCRAM = "SCRAM-SHA-256"
SCRAM_PLUS = "SCRAM-SHA-256-PLUS"
MAX_ITERATIONS = 5_000_000
"""About a second of one core; PostgreSQL's default is 4,096. A hostile server may announce two thousand million."""

WITHOUT_BINDING = "n,,"
NOT_OFFERED = "y,,"
WITH_BINDING = "p=tls-server-end-point,,"


class ScramError(Exception):
    """The server's part of the exchange cannot be trusted; the text is half a sentence."""


class TooManyIterations(ScramError):
    """The server asks for more work than MAX_ITERATIONS; it may be honest."""


class ScramClient:
    """One client's side: `first`, then `final(server_first)`, then `verify(server_final)`.

    `header` is the GS2 header: WITHOUT_BINDING, NOT_OFFERED (we could bind, the server does not offer it) or
    WITH_BINDING, for which `endpoint` is the certificate's hash. The user's name is not sent: PostgreSQL takes it
    from the StartupMessage and ignores this one. `nonce` is for tests.
    """

    def __init__(
        self, password: Secret, header: str = WITHOUT_BINDING, endpoint: bytes = b"", nonce: str | None = None
    ) -> None:
        self._password = password
        self._header = header
        self._binding = b64encode(header.encode() + endpoint).decode()
        self._nonce = nonce or b64encode(secrets.token_bytes(18)).decode()
        self._server_signature = b""

    def __repr__(self) -> str:
        return f"<SCRAM client, {self._header}>"

    @property
    def _first_bare(self) -> str:
        return f"n=,r={self._nonce}"

    def first(self) -> bytes:
        """client-first-message."""
        return (self._header + self._first_bare).encode()

    def final(self, server_first: bytes) -> bytes:
        """client-final-message, the proof. Raises ScramError, TooManyIterations and Unsendable."""
        fields = _fields(server_first, "rsi")
        nonce, salt, iterations = fields["r"], _decode(fields["s"], "salt"), _iterations(fields["i"])
        if not nonce.startswith(self._nonce) or len(nonce) == len(self._nonce):
            raise ScramError("its nonce does not begin with ours")
        bare = f"c={self._binding},r={nonce}"
        signed = b",".join([self._first_bare.encode(), server_first, bare.encode()])
        proof, self._server_signature = _sign(self._password, salt, iterations, signed)
        return f"{bare},p={b64encode(proof).decode()}".encode()

    def verify(self, server_final: bytes) -> None:
        """Check that the server knows the password's verifier. Raises ScramError where it does not show that."""
        if server_final.startswith(b"e="):
            raise ScramError("it ended the exchange with the error " + ascii(_cut(server_final[2:].decode("latin-1"))))
        signature = _decode(_fields(server_final, "v")["v"], "signature")
        if not self._server_signature or not hmac.compare_digest(signature, self._server_signature):
            raise ScramError("its signature is wrong")


def md5_answer(password: Secret, user: bytes, salt: bytes) -> bytes:
    """What AuthenticationMD5Password asks for. Raises Unsendable."""
    inner = _md5_hex(secret_to_bytes("password", password) + user)
    return b"md5" + _md5_hex(inner + salt)


def server_end_point(certificate: bytes) -> bytes | None:
    """The hash of a DER certificate for channel binding (RFC 5929, tls-server-end-point).

    None where its signature has no hash of its own (Ed25519), or where it is no certificate.
    """
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        algorithm = x509.load_der_x509_certificate(certificate).signature_hash_algorithm
    except (ValueError, UnsupportedAlgorithm):
        return None
    if algorithm is None:
        return None
    name = "sha256" if algorithm.name in {"md5", "sha1"} else algorithm.name
    return hashlib.new(name.replace("-", "_"), certificate).digest()


def _md5_hex(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).hexdigest().encode()


def _fields(message: bytes, names: str) -> dict[str, str]:
    """`r=...,s=...,i=...` in this very order; what follows are extensions, which a client may ignore."""
    parts = message.decode("latin-1").split(",")
    if len(parts) < len(names) or any(
        not part.startswith(name + "=") for name, part in zip(names, parts, strict=False)
    ):
        raise ScramError(f"its message does not consist of {', '.join(names)}")
    return {name: part[2:] for name, part in zip(names, parts, strict=False)}


def _decode(text: str, what: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ScramError(f"its {what} is not base64") from None


def _iterations(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or not text.strip("0"):
        raise ScramError("its iteration count is no positive number")
    if len(text) > 10 or int(text) > MAX_ITERATIONS:
        raise TooManyIterations(
            f"it asks for {_cut(text, 12)} iterations; at most {MAX_ITERATIONS:,} are computed here"
        )
    return int(text)


def _sign(password: Secret, salt: bytes, iterations: int, signed: bytes) -> tuple[bytes, bytes]:
    """The client's proof and the signature that the server must answer with."""
    salted = hashlib.pbkdf2_hmac("sha256", _prepared(password), salt, iterations)
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    server_key = hmac.digest(salted, b"Server Key", "sha256")
    mask = hmac.digest(hashlib.sha256(client_key).digest(), signed, "sha256")
    proof = bytes(a ^ b for a, b in zip(client_key, mask, strict=True))
    return proof, hmac.digest(server_key, signed, "sha256")


def _prepared(password: Secret) -> bytes:
    """The password as PostgreSQL prepares it; as it is where SASLprep forbids it."""
    raw = secret_to_bytes("password", password)
    prepared = saslprep(password.reveal())
    return raw if prepared is None else prepared.encode()


_PROHIBITED = (
    stringprep.in_table_a1,
    stringprep.in_table_c12,
    stringprep.in_table_c21_c22,
    stringprep.in_table_c3,
    stringprep.in_table_c4,
    stringprep.in_table_c5,
    stringprep.in_table_c6,
    stringprep.in_table_c7,
    stringprep.in_table_c8,
    stringprep.in_table_c9,
)


def saslprep(text: str) -> str | None:
    """SASLprep (RFC 4013) as PostgreSQL does it (src/common/saslprep.c); None where it forbids the text.

    Unlike the RFC it leaves ASCII alone, control characters too, and looks for forbidden characters before it
    normalizes, not after.
    """
    if text.isascii():
        return text
    mapped = "".join(
        " " if stringprep.in_table_c12(c) else c
        for c in text
        if stringprep.in_table_c12(c) or not stringprep.in_table_b1(c)
    )
    if not mapped or any(forbids(c) for c in mapped for forbids in _PROHIBITED) or not _sound_direction(mapped):
        return None
    return unicodedata.normalize("NFKC", mapped)


def _sound_direction(text: str) -> bool:
    """RFC 3454, section 6: right-to-left text holds no left-to-right letter, begins and ends right-to-left."""
    right_to_left = stringprep.in_table_d1
    if not any(right_to_left(c) for c in text):
        return True
    return right_to_left(text[0]) and right_to_left(text[-1]) and not any(stringprep.in_table_d2(c) for c in text)


def _cut(text: str, most: int = 62) -> str:
    """The text cut short, and marked where it was: a masker knows by the mark that a secret may have been cut."""
    return f"{text[:most]}..." if len(text) > most else text
