"""An ssl context that keeps libpq's policy, name check included."""

from __future__ import annotations

import contextlib
import json
import re
import shlex
import socket
import ssl
from dataclasses import replace
from typing import TYPE_CHECKING

from safeconduct.airflow.plain_file import read_plain
from safeconduct.model import Finding, Remedy, RemedyKind, Unjudged
from safeconduct.postgres import rules_tls as rules
from safeconduct.postgres.tls_files import check_key, file_finding, plain, root_missing
from safeconduct.postgres.tls_names import fits
from safeconduct.postgres.tls_policy import SYSTEM, SslMode

if TYPE_CHECKING:
    from collections.abc import Callable

    from safeconduct.postgres.place import HostPort
    from safeconduct.postgres.target import Target
    from safeconduct.postgres.tls_policy import TlsPolicy

PROTOCOL_NAME = "postgresql"
"""What libpq 17 and newer ask for by ALPN."""


class HostDiffers(ssl.SSLError):
    """The handshake is done, and the certificate is for another host. `peer` is the certificate as DER."""

    def __init__(self, peer: bytes) -> None:
        super().__init__("the certificate is for another host name")
        self.peer = peer


class ProtocolUnconfirmed(ssl.SSLError):
    """The handshake of a direct connection is done, and the other side did not confirm PostgreSQL by ALPN."""


class PolicyContext(ssl.SSLContext):
    """A context for one host that checks the name itself, as libpq does, before anything can be sent.

    `server_name` is sent as SNI, or nothing where it is None, whatever the caller of wrap_socket names: libpq sends
    none for addresses and with sslsni=0. `exact_host` is the host to find in the certificate, None to check none.
    """

    server_name: str | None = None
    exact_host: str | None = None
    insists_on_protocol: bool = False

    def wrap_socket(
        self,
        sock: socket.socket,
        server_side: bool = False,
        do_handshake_on_connect: bool = True,
        suppress_ragged_eofs: bool = True,
        server_hostname: str | bytes | None = None,
        session: ssl.SSLSession | None = None,
    ) -> ssl.SSLSocket:
        """As SSLContext.wrap_socket; raises HostDiffers and ProtocolUnconfirmed too, with the socket closed."""
        wrapped = super().wrap_socket(
            sock,
            server_side=server_side,
            do_handshake_on_connect=True,
            suppress_ragged_eofs=suppress_ragged_eofs,
            server_hostname=self.server_name,
            session=session,
        )
        try:
            self._check(wrapped)
        except BaseException:
            wrapped.close()
            raise
        return wrapped

    def _check(self, wrapped: ssl.SSLSocket) -> None:
        if self.exact_host is not None and not fits(self.exact_host, wrapped.getpeercert() or {}):
            raise HostDiffers(wrapped.getpeercert(binary_form=True) or b"")
        if self.insists_on_protocol and wrapped.selected_alpn_protocol() != PROTOCOL_NAME:
            raise ProtocolUnconfirmed("the other side did not confirm the protocol")


def build_context(target: Target, host: HostPort) -> ssl.SSLContext | Finding | Unjudged:
    """The context for this host, or why libpq could not make one from the files it is given.

    Use wrap_socket only, and let it do the handshake: the host's name is checked there.
    """
    policy = target.tls
    context = PolicyContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.set_ciphers("DEFAULT")
    context.set_alpn_protocols([PROTOCOL_NAME])
    _set_versions(context, policy)
    context.server_name = _server_name(policy, host.host)
    context.insists_on_protocol = policy.direct
    if policy.mode is SslMode.VERIFY_FULL:
        context.exact_host = host.host
    return _load_root(target.subject, policy, context) or _load_client(target.subject, policy, context) or context


def _set_versions(context: ssl.SSLContext, policy: TlsPolicy) -> None:
    versions = {
        "": ssl.TLSVersion.MINIMUM_SUPPORTED,
        "tlsv1": ssl.TLSVersion.TLSv1,
        "tlsv1.1": ssl.TLSVersion.TLSv1_1,
        "tlsv1.2": ssl.TLSVersion.TLSv1_2,
        "tlsv1.3": ssl.TLSVersion.TLSv1_3,
    }
    context.minimum_version = versions[policy.minimum.lower()]
    if policy.maximum:
        context.maximum_version = versions[policy.maximum.lower()]


def _server_name(policy: TlsPolicy, host: str) -> str | None:
    """The name to send (SNI): none for what looks like an address, and none that cannot be sent."""
    if not policy.sni or not host or host.startswith(".") or ":" in host or not host.strip("0123456789."):
        return None
    try:
        host.encode("idna")
    except UnicodeError:
        return None
    return host


def _load_root(subject: str, policy: TlsPolicy, context: ssl.SSLContext) -> Finding | None:
    if not policy.verifies:
        context.verify_mode = ssl.CERT_NONE
        return root_missing(subject, policy) if policy.mode.needs_root else None
    if policy.root == SYSTEM:
        context.set_default_verify_paths()
        return None
    error = _failure(lambda: context.load_verify_locations(cafile=plain(policy.root)))
    if error is not None:
        message = f"the root certificate {policy.root} cannot be read: {error}"
        found = file_finding(rules.ROOT_UNREADABLE, subject, message, "sslrootcert", policy.root, policy, error=error)
        return replace(found, remedies=_to_pem(policy.root))
    _load_revoked(policy, context)
    return None


def _load_revoked(policy: TlsPolicy, context: ssl.SSLContext) -> None:
    """libpq checks the whole chain for revocation once a list was loaded, and goes on without one otherwise."""
    files, folder = policy.revoked or None, policy.revoked_folder or None
    if files is None and folder is None:
        return
    with contextlib.suppress(OSError, ValueError):
        context.load_verify_locations(cafile=files and plain(files), capath=folder)
        context.verify_flags |= ssl.VerifyFlags.VERIFY_CRL_CHECK_CHAIN


def _load_client(subject: str, policy: TlsPolicy, context: ssl.SSLContext) -> Finding | Unjudged | None:
    path = policy.certificate
    if policy.certificate_mode == "disable" or not path:
        return None
    try:
        plain(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as stat_error:
        return _certificate_unreadable(subject, policy, str(stat_error.strerror))
    scratch = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if (error := _failure(lambda: scratch.load_verify_locations(cafile=path))) is not None:
        return _certificate_unreadable(subject, policy, error)
    if "sslkey" in policy.named and ":" in policy.key:
        return Unjudged(subject, f"sslkey={policy.key} names a key of an OpenSSL engine, which Safeconduct cannot use")
    return check_key(subject, policy) or _load_key(subject, policy, context)


def _certificate_unreadable(subject: str, policy: TlsPolicy, error: str) -> Finding:
    path = policy.certificate
    message = f"the client certificate {path} cannot be read: {error}"
    found = file_finding(rules.CERTIFICATE_UNREADABLE, subject, message, "sslcert", path, policy, error=error)
    return replace(found, remedies=_to_pem(path))


def _to_pem(path: str) -> tuple[Remedy, ...]:
    """How to make PEM of a file that is most likely a certificate in DER form: an ASN.1 sequence of some length."""
    if not _content(path).startswith(b"0\x82"):
        return ()
    command = f"openssl x509 -inform der -in {shlex.quote(path)} -out {shlex.quote(path + '.pem')}"
    return (Remedy(RemedyKind.COMMAND, command, when="it looks like DER: make PEM of it, and name that file instead"),)


def _load_key(subject: str, policy: TlsPolicy, context: ssl.SSLContext) -> Finding | Unjudged | None:
    def password() -> str:
        """Never None: OpenSSL would then ask on the terminal."""
        return policy.key_password.reveal() if policy.key_password else ""

    error = _failure(lambda: context.load_cert_chain(policy.certificate, policy.key, password))
    if error is None:
        return None
    content = _content(policy.key)
    if content and b"-----BEGIN" not in content and content.startswith(b"0"):
        return Unjudged(
            subject, f"the private key {policy.key} is in DER form, which Safeconduct cannot use; libpq can"
        )
    if b"ENCRYPTED" in content:
        return _locked(subject, policy)
    message = f"the private key {policy.key} cannot be used with {policy.certificate}: {error}"
    return file_finding(
        rules.KEY_UNREADABLE,
        subject,
        message,
        "sslkey",
        policy.key,
        policy,
        error=error,
        certificate=policy.certificate,
    )


def _locked(subject: str, policy: TlsPolicy) -> Finding:
    state = "sslpassword does not open it" if policy.key_password else "there is no sslpassword"
    message = f"the private key {policy.key} is encrypted, and {state}"
    found = file_finding(rules.KEY_LOCKED, subject, message, "sslkey", policy.key, policy)
    option = json.dumps({"sslpassword": "<the key's password>"})
    return replace(found, remedies=(Remedy(RemedyKind.OPTION, option, when="in the connection's extra"),))


def _content(path: str) -> bytes:
    """What is in the file, as far as it is a plain one: a pipe is not waited for."""
    try:
        return read_plain(path, _MOST)
    except (OSError, ValueError):
        return b""


_MOST = 1 << 20
"""Octets: no certificate or key is larger."""


def _failure(load: Callable[[], None]) -> str | None:
    """Why loading failed, in words without the place in OpenSSL's source; None when it did not."""
    try:
        load()
    except ssl.SSLError as error:
        return plain_words(error)
    except OSError as error:
        return str(error.strerror)
    except ValueError as error:
        return str(error)
    return None


def plain_words(error: OSError) -> str:
    """The words of an error, without the place in OpenSSL's source."""
    words = str(error.args[-1]) if error.args else str(error)
    return re.sub(r"^\[[^\]]*\] *| *\(_ssl\.c:\d+\)$", "", words) or type(error).__name__
