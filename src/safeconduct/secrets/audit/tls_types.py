"""TLS by the type of connection, as its hook in Airflow's providers has it, and what says so whatever the type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.secrets import rules_audit as rules
from safeconduct.secrets.audit.tls_modes import Weak, mysql_tls

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from safeconduct.model import Connection

    Extras = Mapping[str, object]


def _mysql(_: Connection, extras: Extras) -> Weak | None:
    remedy = '"ssl_mode": "VERIFY_IDENTITY", "ssl": {"ca": "/path/to/ca.pem"}'
    if extras.get("client") == "mysql-connector-python":
        if _yes(extras.get("ssl_disabled")):
            return Weak(rules.TLS_OFF, "goes without TLS", "ssl_disabled is true", '"ssl_disabled": false')
        if not _yes(extras.get("ssl_verify_cert")):
            remedy = '"ssl_verify_cert": true, "ssl_verify_identity": true, "ssl_ca": "/path/to/ca.pem"'
            return Weak(rules.TLS_UNVERIFIED, "takes any certificate", "ssl_verify_cert is not true", remedy)
        return None
    return mysql_tls(str(extras.get("ssl_mode") or ""), bool(extras.get("ssl")), "ca" in str(extras.get("ssl")), remedy)


def _http(connection: Connection, extras: Extras) -> Weak | None:
    """HttpHook: the scheme is that of the host, else the schema, else http."""
    host = connection.host or ""
    scheme = host.partition("://")[0] if "://" in host else connection.schema or "http"
    if scheme.lower() == "http" and _has_credential(connection):
        setting = "its scheme is http" + ("" if "://" in host or connection.schema else ", by default")
        return Weak(rules.TLS_OFF, "sends its password without TLS", setting, "schema: https")
    return None


def _redis(_: Connection, extras: Extras) -> Weak | None:
    if not _yes(extras.get("ssl")):
        remedy = '"ssl": true, "ssl_ca_certs": "/path/to/ca.pem"'
        return Weak(rules.TLS_OFF, "goes without TLS", "ssl is not true", remedy)
    if str(extras.get("ssl_cert_reqs", "")).lower() in ("none", "optional", "cert_none"):
        return Weak(
            rules.TLS_UNVERIFIED, "takes any certificate", "ssl_cert_reqs is none", '"ssl_cert_reqs": "required"'
        )
    return None


def _mongo(_: Connection, extras: Extras) -> Weak | None:
    told = [extras[name] for name in ("tls", "ssl") if name in extras]
    if not any(map(_yes, told)) and (told or not _yes(extras.get("srv"))):
        return Weak(rules.TLS_OFF, "goes without TLS", "neither tls nor ssl is true", '"tls": true')
    return None


def _trino(connection: Connection, extras: Extras) -> Weak | None:
    if str(extras.get("protocol", "http")).lower() == "http" and _has_credential(connection):
        setting = "protocol is http" + ("" if "protocol" in extras else ", by default")
        return Weak(rules.TLS_OFF, "sends its password without TLS", setting, '"protocol": "https"')
    return None


def _smtp(_: Connection, extras: Extras) -> Weak | None:
    if _yes(extras.get("disable_ssl")) and _yes(extras.get("disable_tls")):
        setting = "disable_ssl and disable_tls are true"
        return Weak(rules.TLS_OFF, "goes without TLS", setting, '"disable_ssl": false')
    return _context(extras)


def _imap(_: Connection, extras: Extras) -> Weak | None:
    if _no(extras.get("use_ssl")):
        return Weak(rules.TLS_OFF, "goes without TLS", "use_ssl is false", '"use_ssl": true')
    return _context(extras)


def _context(extras: Extras) -> Weak | None:
    if extras.get("ssl_context") == "none":
        return Weak(rules.TLS_UNVERIFIED, "takes any certificate", "ssl_context is none", '"ssl_context": "default"')
    return None


def _ftp(connection: Connection, _: Extras) -> Weak | None:
    if _has_credential(connection):
        return Weak(rules.TLS_OFF, "sends its password without TLS", "its type is ftp", "FTPSHook, or a type of sftp")
    return None


def _kafka(_: Connection, extras: Extras) -> Weak | None:
    protocol = str(extras.get("security.protocol", "plaintext")).lower()
    if protocol in ("plaintext", "sasl_plaintext"):
        setting = f"security.protocol is {protocol}" + ("" if "security.protocol" in extras else ", by default")
        instead = "sasl_ssl" if protocol.startswith("sasl") else "ssl"
        return Weak(rules.TLS_OFF, "goes without TLS", setting, f'"security.protocol": "{instead}"')
    return None


BY_TYPE: dict[str, Callable[[Connection, Extras], Weak | None]] = {
    "mysql": _mysql,
    "http": _http,
    "livy": _http,
    "redis": _redis,
    "mongo": _mongo,
    "trino": _trino,
    "presto": _trino,
    "smtp": _smtp,
    "imap": _imap,
    "ftp": _ftp,
    "kafka": _kafka,
}
"""The types whose hooks have defaults of their own."""
_VERIFIES = frozenset(
    """verify verify_ssl verify_cert verify_certs ssl_verify ssl_verify_cert validate_cert validate_certs
    check_certificate enable.ssl.certificate.verification""".split()
)
_TRUSTS = frozenset(
    """insecure insecure_mode insecure_skip_verify allow_insecure disable_verify_ssl skip_verify tls_skip_verify
    trust_server_certificate trustservercertificate tlsallowinvalidcertificates tlsinsecure""".split()
)
_ASKS = frozenset("use_ssl ssl tls use_tls ssl_enabled tls_enabled secure encrypt".split())
_REFUSES = frozenset("disable_ssl disable_tls ssl_disabled".split())


def of_any(connection: Connection, extras: Extras) -> Weak | None:
    """What is said in so many words, whatever the type."""
    host = (connection.host or "").lower()
    if host.startswith("http://") and _has_credential(connection):
        return Weak(
            rules.TLS_OFF, "sends its password without TLS", "its host begins with http://", "host: https://..."
        )
    for key, value in extras.items():
        name = key.lower()
        if name in _ASKS and _no(value):
            return Weak(rules.TLS_OFF, "goes without TLS", f"{name} is false", f'"{key}": true')
        # One of two for SMTP: with the other there is TLS still.
        if name in _REFUSES and _yes(value) and connection.conn_type != "smtp":
            return Weak(rules.TLS_OFF, "goes without TLS", f"{name} is true", f'"{key}": false')
    for key, value in extras.items():
        name = key.lower()
        if name in _VERIFIES and _no(value):
            return Weak(rules.TLS_UNVERIFIED, "takes any certificate", f"{name} is false", f'"{key}": true')
        if name in _TRUSTS and _yes(value):
            return Weak(rules.TLS_UNVERIFIED, "takes any certificate", f"{name} is true", f'"{key}": false')
    return None


def _has_credential(connection: Connection) -> bool:
    return bool(connection.password)


def _yes(value: object) -> bool:
    return value is True or str(value).lower() in ("true", "1", "yes", "on")


def _no(value: object) -> bool:
    return value is False or str(value).lower() in ("false", "0", "no", "off")
