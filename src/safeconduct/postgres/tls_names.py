"""Whose certificate it is: the names in it, and whether they fit a host as libpq compares them."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


def fits(host: str, certificate: Mapping[str, Any]) -> bool:
    """Whether a verified certificate, as SSLSocket.getpeercert() gives it, is for this host.

    libpq's rule (fe-secure-openssl.c): any DNS name or address among the alternative names that matches; the common
    name only where no alternative name is of the host's own kind.
    """
    alternatives = certificate.get("subjectAltName", ())
    own_kind = "IP Address" if _is_address(host) else "DNS"
    for kind, name in alternatives:
        if (kind == "DNS" and _same_name(name, host)) or (kind == "IP Address" and _same_address(name, host)):
            return True
    if any(kind == own_kind for kind, _ in alternatives):
        return False
    common = [value for part in certificate.get("subject", ()) for key, value in part if key == "commonName"]
    return bool(common) and _same_name(common[0], host)


def _same_name(name: str, host: str) -> bool:
    """Without case; a leading "*." stands for exactly one part."""
    name, host = name.lower(), host.lower()
    if name == host:
        return True
    first, dot, rest = host.partition(".")
    return len(name) >= 3 and name.startswith("*.") and bool(first) and dot + rest == name[1:]


def _is_address(host: str) -> bool:
    return _packed(host) is not None


def _packed(host: str) -> bytes | None:
    """The address's bytes; like libpq with inet_aton, which takes short forms such as 127.1."""
    try:
        return socket.inet_pton(socket.AF_INET6, host) if ":" in host else socket.inet_aton(host)
    except OSError:
        return None


def _same_address(name: str, host: str) -> bool:
    try:
        return ipaddress.ip_address(name.strip()).packed == _packed(host)
    except ValueError:
        return False


@dataclass(frozen=True)
class Shown:
    """What a certificate says of itself. Times are in UTC."""

    subject: str
    issuer: str
    serial: str
    names: tuple[str, ...]
    not_before: datetime
    not_after: datetime


def peer_names(der: bytes) -> tuple[str, ...]:
    """The DNS names and addresses in a certificate, or its common name where it has none; () if it cannot be read."""
    shown = read_certificate(der)
    return shown.names if shown else ()


def read_certificate(der: bytes) -> Shown | None:
    """What a DER certificate says of itself, or None where it cannot be read."""
    from cryptography import x509

    try:
        certificate = x509.load_der_x509_certificate(der)
        return Shown(
            subject=certificate.subject.rfc4514_string(),
            issuer=certificate.issuer.rfc4514_string(),
            serial=f"{certificate.serial_number:x}",
            names=_names(certificate),
            not_before=_utc(certificate, "not_valid_before"),
            not_after=_utc(certificate, "not_valid_after"),
        )
    except ValueError:
        return None


def _names(certificate: Any) -> tuple[str, ...]:
    from cryptography import x509

    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        common = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
        return tuple(str(attribute.value) for attribute in common[:1])
    names = extension.value.get_values_for_type(x509.DNSName)
    return (*names, *map(str, extension.value.get_values_for_type(x509.IPAddress)))


def _utc(certificate: Any, name: str) -> datetime:
    """The time with its zone; cryptography before 42 gives it without one."""
    from datetime import timezone

    aware: datetime | None = getattr(certificate, f"{name}_utc", None)
    return aware if aware is not None else getattr(certificate, name).replace(tzinfo=timezone.utc)
