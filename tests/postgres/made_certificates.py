"""Certificates of every kind that a server may show, good and bad."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.servers.certificates import Certificate

if TYPE_CHECKING:
    from pathlib import Path

DAY = timedelta(days=1)


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name)] if common_name else [])


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


@dataclass(frozen=True)
class Made:
    """A certificate and its key; as an authority it signs others."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    files: Certificate

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    def revokes(self, folder: Path, *revoked: Made, expired: bool = False) -> Path:
        """A revocation list of this authority, as a file."""
        now = datetime.now(timezone.utc)
        builder = x509.CertificateRevocationListBuilder().issuer_name(self.certificate.subject)
        builder = builder.last_update(now - 2 * DAY).next_update(now + (-DAY if expired else DAY))
        for each in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(each.certificate.serial_number)
            builder = builder.add_revoked_certificate(entry.revocation_date(now - DAY).build())
        path = folder / "list.crl"
        path.write_bytes(builder.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
        return path


def make(
    folder: Path,
    common_name: str = "",
    *names: str,
    by: Made | None = None,
    authority: bool = False,
    starts: timedelta = -2 * DAY,
    ends: timedelta = DAY,
    key_password: str = "",
) -> Made:
    """A certificate, signed `by` an authority or by itself, valid from and until so long from now."""
    now = datetime.now(timezone.utc)
    key = ec.generate_private_key(ec.SECP256R1())
    builder = x509.CertificateBuilder().subject_name(_name(common_name))
    builder = builder.issuer_name(by.certificate.subject if by else _name(common_name))
    builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now + starts).not_valid_after(now + ends)
    builder = builder.add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    if names:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([_alternative(name) for name in names]), critical=False
        )
    certificate = builder.sign(by.key if by else key, hashes.SHA256())
    return Made(certificate, key, _written(folder, certificate, key, by, key_password))


def _written(
    folder: Path, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey, by: Made | None, password: str
) -> Certificate:
    stem = folder / f"{certificate.serial_number:x}"
    crt, pem = stem.with_suffix(".crt"), stem.with_suffix(".key")
    crt.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    locked = serialization.BestAvailableEncryption(password.encode()) if password else serialization.NoEncryption()
    pem.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked))
    pem.chmod(0o600)
    return Certificate(crt, pem, by.files.chain if by else crt)
