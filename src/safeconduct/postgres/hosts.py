"""The places to try, from libpq's lists of host, hostaddr and port (pqConnectOptions2 in fe-connect.c)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from safeconduct.model import Finding, Severity
from safeconduct.postgres import rules_target as rules
from safeconduct.postgres.defaults import parse_integer
from safeconduct.postgres.place import DEFAULT_PORT, HostPort
from safeconduct.postgres.settings import invalid_option

if TYPE_CHECKING:
    from safeconduct.postgres.settings import Setting, Settings

DEFAULT_SOCKET_FOLDER = "/var/run/postgresql"
"""Where Debian, Red Hat and the drivers' own wheels look for unix sockets; a libpq built otherwise says /tmp."""


def list_hosts(subject: str, settings: Settings) -> tuple[tuple[HostPort, ...], tuple[Finding, ...]] | Finding:
    """Every place to try, in order, and warnings. No host at all means the unix socket in the default directory.

    libpq passes over a host with a wrong port as long as it has another, so that is a warning then.
    """
    hosts, addresses, ports = (_split(settings.get(keyword)) for keyword in ("host", "hostaddr", "port"))
    count = len(addresses or hosts) or 1
    if addresses and hosts and len(hosts) != count:
        return _mismatch(subject, f"{len(hosts)} hosts and {count} hostaddrs", settings)
    if len(ports) not in (0, 1, count):
        return _mismatch(subject, f"{len(ports)} ports and {count} hosts", settings)
    hosts, addresses, ports = hosts or [""] * count, addresses or [""] * count, ports or [""]
    ports = ports * count if len(ports) == 1 else ports
    places = [_place(*each) for each in zip(hosts, ports, addresses, strict=True)]
    right = tuple(place for place in places if place is not None)
    if len(right) == len(places):
        return right, ()
    wrong = _wrong_port(subject, settings["port"])
    return (right, (replace(wrong, severity=Severity.WARNING),)) if right else wrong


def _split(setting: Setting | None) -> list[str]:
    return setting.text.split(",") if setting is not None and setting.text else []


def _place(host: str, port: str, address: str) -> HostPort | None:
    number = parse_integer(port) if port else DEFAULT_PORT
    if number is None or not 1 <= number <= 65535:
        return None
    return HostPort(host or ("" if address else DEFAULT_SOCKET_FOLDER), number, address)


def _wrong_port(subject: str, setting: Setting) -> Finding:
    if all(c.isdigit() or c in "+-, " for c in setting.text):
        return invalid_option(subject, "port", setting, "is no port: these are 1 to 65535")
    reason = "is no port: these are numbers from 1 to 65535 (a URI's password must have its / and @ percent-encoded)"
    return invalid_option(subject, "port", setting, reason, show=False)


def _mismatch(subject: str, counts: str, settings: Settings) -> Finding:
    named = (keyword for keyword in ("host", "hostaddr", "port") if settings.get(keyword))
    evidence = {keyword: f"{settings[keyword].text} ({settings[keyword].origin})" for keyword in named}
    return rules.HOSTS_MISMATCH.finding(subject, f"the lists do not match: {counts}", evidence=evidence)
