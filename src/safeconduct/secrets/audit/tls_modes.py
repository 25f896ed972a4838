"""What is weak about TLS, told by the modes that clients of PostgreSQL and MySQL know."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from safeconduct.secrets import rules_audit as rules

if TYPE_CHECKING:
    from collections.abc import Mapping

    from safeconduct.model import Rule


@dataclass(frozen=True)
class Weak:
    """What is weak. `words` say it after the name, `setting` is what does it, `remedy` goes into its place.

    `where` is that place in words, "" where it is that of the setting.
    """

    rule: Rule
    words: str
    setting: str
    remedy: str
    where: str = ""


def is_local(host: str | None) -> bool:
    """Whether all of these hosts are on the same machine: sockets and loopback addresses; none at all is local, too."""
    return all(_is_local(part) for part in (host or "").split(","))


def _is_local(host: str) -> bool:
    if not host or host.startswith(("/", "@")) or host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def postgres_tls(sslmode: str, environ: Mapping[str, str]) -> Weak | None:
    """What libpq makes of this sslmode, "" for none; a root certificate at hand makes `require` verify, too."""
    mode = sslmode or environ.get("PGSSLMODE", "") or "prefer"
    where = "sslmode" if sslmode else "PGSSLMODE" if environ.get("PGSSLMODE") else "sslmode, which is not set,"
    remedy = '"sslmode": "verify-full", "sslrootcert": "/path/to/ca.pem"'
    if mode == "disable":
        return Weak(rules.TLS_OFF, "goes without TLS", f"{where} is disable", remedy)
    if mode in ("allow", "prefer"):
        words = "goes without TLS wherever the server, or who answers in its place, offers none"
        return Weak(rules.TLS_OFF, words, f"{where} is {mode}", remedy)
    if mode == "require" and not environ.get("PGSSLROOTCERT"):
        return Weak(rules.TLS_UNVERIFIED, "takes any certificate", f"{where} is require", remedy)
    return None


def mysql_tls(mode: str, asked: bool, has_authority: bool, remedy: str) -> Weak | None:
    """What MySQL's client makes of an ssl_mode ("" for none), and of options for TLS with or without an authority."""
    mode = mode.upper()
    if mode == "DISABLED":
        return Weak(rules.TLS_OFF, "goes without TLS", "ssl_mode is DISABLED", remedy)
    if mode == "PREFERRED" or (not mode and not asked):
        setting = "ssl_mode is PREFERRED" if mode else "neither ssl_mode nor ssl is set"
        return Weak(rules.TLS_OFF, "goes without TLS wherever the server offers none", setting, remedy)
    if mode == "REQUIRED" or (not mode and not has_authority):
        setting = "ssl_mode is REQUIRED" if mode else "ssl has no authority"
        return Weak(rules.TLS_UNVERIFIED, "takes any certificate", setting, remedy)
    return None
