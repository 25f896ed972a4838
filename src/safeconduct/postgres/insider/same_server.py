"""Whether the server that refused is the one that the administrator is on."""

from __future__ import annotations

import ipaddress
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from safeconduct.postgres.insider.questions import Myself
    from safeconduct.postgres.refusal import Refusal
    from safeconduct.postgres.target import HostPort, Target


def another_server(refusal: Refusal, administrator: Target, seen: Myself) -> str:
    """Why the administrator's answers may be of another server; "" where they are of the same.

    The ports must be the same, and the address that refused must be the administrator's own way there, the address
    that its session arrived at, or one of this host where the administrator came by a unix socket or by loopback.
    """
    if refusal.server is None:
        return "not asked: where the refusal came from is not known"
    if refusal.server.family is socket.AF_UNIX:
        return _unless(_port_of_socket(refusal.server.text) == seen.port and _is_here(administrator, seen), refusal)
    address, port = _split(refusal.server.text)
    if port != seen.port and port not in {host.port for host in administrator.hosts}:
        return _unless(False, refusal)
    same = address == seen.server_address or any(_leads_to(host, address) for host in administrator.hosts)
    return _unless(same or (_is_here(administrator, seen) and _is_own(address)), refusal)


def _unless(same: bool, refusal: Refusal) -> str:
    where = refusal.server.text if refusal.server else "elsewhere"
    return "" if same else f"not asked: it is on another server than {where}, as far as addresses tell"


def _split(text: str) -> tuple[str, int]:
    address, _, port = text.rpartition(":")
    return address.strip("[]").partition("%")[0], int(port)


def _port_of_socket(path: str) -> int:
    digits = path.rpartition(".")[2]
    return int(digits) if digits.isdigit() else 0


def _leads_to(host: HostPort, address: str) -> bool:
    if host.is_unix:
        return False
    try:
        found = socket.getaddrinfo(host.hostaddr or host.host, host.port, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return any(str(sockaddr[0]).partition("%")[0] == address for *_, sockaddr in found)


def _is_here(administrator: Target, seen: Myself) -> bool:
    return seen.server_address is None or _is_loopback(seen.server_address)


def _is_own(address: str) -> bool:
    """Whether the address is one of this host: only then can a socket be bound to it."""
    if _is_loopback(address):
        return True
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as trial:
        try:
            trial.bind((address, 0))
        except OSError:
            return False
    return True


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
