"""The certificate files that a TLS policy names, checked in libpq's order (initialize_SSL in fe-secure-openssl.c)."""

from __future__ import annotations

import json
import os
import shlex
import stat
from dataclasses import replace
from typing import TYPE_CHECKING

from safeconduct.airflow.plain_file import NotPlain, why_not_plain
from safeconduct.model import Finding, Remedy, RemedyKind, Severity
from safeconduct.postgres import rules_tls as rules
from safeconduct.postgres.tls_policy import SYSTEM

if TYPE_CHECKING:
    from safeconduct.model import Rule
    from safeconduct.postgres.tls_policy import TlsPolicy

DEFAULT = "libpq's default"


def file_finding(
    rule: Rule, subject: str, message: str, option: str, path: str, policy: TlsPolicy, **more: str
) -> Finding:
    """A finding about one of the files: which, who named it, and the error."""
    named_by = option if option in policy.named else f"{DEFAULT} for {option}"
    return rule.finding(subject, message, evidence={"file": path, "named by": named_by, **more})


def plain(path: str) -> str:
    """The path, once it has been looked at: OpenSSL would wait for a FIFO for ever. Raises OSError, NotPlain too."""
    if (reason := why_not_plain(path)) is not None:
        raise NotPlain(reason)
    return path


def root_missing(subject: str, policy: TlsPolicy) -> Finding:
    """verify-ca and verify-full without root certificates."""
    hint = "; libpq does not expand the ~" if policy.root.startswith("~") else ""
    where = f"{policy.root} is not there{hint}" if policy.root else "the user has no home directory to hold one"
    found = file_finding(
        rules.ROOT_MISSING,
        subject,
        f"sslmode={policy.mode.value} needs a root certificate, and {where}",
        "sslrootcert",
        policy.root,
        policy,
    )
    sample = {"sslmode": policy.mode.value, "sslrootcert": "/path/to/ca.crt"}
    system = {"sslmode": "verify-full", "sslrootcert": SYSTEM}
    return _with(
        found,
        Remedy(RemedyKind.OPTION, json.dumps(sample), when="in the connection's extra"),
        Remedy(RemedyKind.OPTION, json.dumps(system), when="a public authority signed the server's certificate"),
    )


def _with(finding: Finding, *remedies: Remedy) -> Finding:
    return replace(finding, remedies=remedies)


def check_key(subject: str, policy: TlsPolicy) -> Finding | None:
    """Whether libpq would take the private key's file, before what is in it."""
    try:
        status = os.stat(policy.key)
    except OSError as error:
        return _key_missing(subject, policy, str(error.strerror))
    except ValueError:  # a lone surrogate
        return _key_missing(subject, policy, "no file can have this name")
    if not stat.S_ISREG(status.st_mode):
        return _key_missing(subject, policy, "it is no plain file")
    return _key_open(subject, policy, status)


def _key_missing(subject: str, policy: TlsPolicy, reason: str) -> Finding:
    message = f"there is a client certificate {policy.certificate}, but not its private key {policy.key}: {reason}"
    found = file_finding(
        rules.KEY_MISSING, subject, message, "sslkey", policy.key, policy, error=reason, certificate=policy.certificate
    )
    named = {"sslcert": policy.certificate, "sslkey": "/path/to/client.key"}
    return _with(
        found,
        Remedy(RemedyKind.OPTION, json.dumps(named), when="in the connection's extra"),
        Remedy(
            RemedyKind.OPTION, json.dumps({"sslcertmode": "disable"}), when="the server wants no client certificate"
        ),
    )


def _key_open(subject: str, policy: TlsPolicy, status: os.stat_result) -> Finding | None:
    others = stat.S_IRWXG | stat.S_IRWXO
    forbidden = others & ~stat.S_IRGRP if status.st_uid == 0 else others
    if not status.st_mode & forbidden:
        return None
    found = file_finding(
        rules.KEY_PERMISSIONS,
        subject,
        f"libpq refuses the private key {policy.key}, because group or others may access it",
        "sslkey",
        policy.key,
        policy,
        permissions=f"{stat.S_IMODE(status.st_mode):04o}",
        owner=str(status.st_uid),
    )
    return _with(found, Remedy(RemedyKind.COMMAND, f"chmod 0600 {shlex.quote(policy.key)}"))


_WITHOUT = {
    "sslrootcert": "the server's certificate is not verified",
    "sslcert": "no client certificate is shown",
    "sslcrl": "nothing is checked for revocation",
}


def absent_files(subject: str, policy: TlsPolicy) -> tuple[Finding, ...]:
    """Warnings about files that somebody named and libpq silently does without."""
    paths = {"sslrootcert": policy.root, "sslcert": policy.certificate, "sslcrl": policy.revoked}
    if policy.mode.needs_root:
        del paths["sslrootcert"]
    absent = (
        (option, path)
        for option, path in paths.items()
        if option in policy.named and path != SYSTEM and not os.path.exists(path)
    )
    return tuple(_absent(subject, option, path, policy) for option, path in absent)


def _absent(subject: str, option: str, path: str, policy: TlsPolicy) -> Finding:
    hint = "; libpq does not expand the ~" if path.startswith("~") else ""
    return rules.FILE_ABSENT.finding(
        subject,
        f"{option} names {path}, which is not there{hint}: {_WITHOUT[option]}",
        evidence={"option": option, "file": path, "sslmode": policy.mode.value},
        severity=Severity.WARNING,
    )
