"""Whether the server that refused is the one that the administrator is on."""

from __future__ import annotations

import ipaddress
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from safeconduct.postgres.insider.questions import Myself
    from safeconduct.postgres.refusal import Refusal


def another_server(refusal: Refusal, seen: Myself, peer: str) -> str:
    """Why the administrator's answers may be of another server; "" where they are of the same.

    `peer` is the address that its session is on. The same is that very address; or, with the server's own port, the
    address that the session arrived at, or one of this host where the session came by a unix socket or by loopback.
    """
    if refusal.server is None:
        return "not asked: where the refusal came from is not known"
    if refusal.server.text == peer:
        return ""
    if refusal.server.family is socket.AF_UNIX:
        return _unless(_port_of_socket(refusal.server.text) == seen.port and _is_here(seen), refusal)
    address, port = _split(refusal.server.text)
    if port != seen.port:
        return _unless(False, refusal)
    return _unless(address == seen.server_address or (_is_here(seen) and _is_own(address)), refusal)


def _unless(same: bool, refusal: Refusal) -> str:
    where = refusal.server.text if refusal.server else "elsewhere"
    return "" if same else f"not asked: it is on another server than {where}, as far as addresses tell"


def _split(text: str) -> tuple[str, int]:
    address, _, port = text.rpartition(":")
    return address.strip("[]").partition("%")[0], int(port)


def _port_of_socket(path: str) -> int:
    digits = path.rpartition(".")[2]
    return int(digits) if digits.isdigit() else 0


def _is_here(seen: Myself) -> bool:
    return seen.server_address is None or seen.server_address in _LOOPBACK


def _is_own(address: str) -> bool:
    """Whether the address is one of this host. Other addresses of the loopback are where tunnels begin."""
    if address in _LOOPBACK:
        return True
    if ipaddress.ip_address(address).is_loopback:
        return False
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as trial:
        try:
            trial.bind((address, 0))
        except OSError:
            return False
    return True


_LOOPBACK = frozenset({"127.0.0.1", "::1"})
