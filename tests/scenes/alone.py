"""Runs a command on a network of its own, with nothing on it but, if asked, a name server that knows no name.

    unshare --mount --net --map-root-user python alone.py RESOLV_CONF [--knows-no-name] -- COMMAND...

It needs no rights where user namespaces are allowed, and changes nothing outside.
"""

from __future__ import annotations

import fcntl
import socket
import struct
import subprocess
import sys
import threading

NAME_SERVER = ("127.0.0.53", 53)
_SIOCSIFFLAGS, _IFF_UP = 0x8914, 1
_NXDOMAIN = 0x8183
"""The flags of a DNS answer (RFC 1035, 4.1.1): a response, recursion desired and available, RCODE 3."""


def _raise_loopback(control: socket.socket) -> None:
    fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", _IFF_UP))


def _deny(server: socket.socket) -> None:
    while True:
        query, client = server.recvfrom(512)
        server.sendto(query[:2] + struct.pack("!5H", _NXDOMAIN, 1, 0, 0, 0) + query[12:], client)


def main(arguments: list[str]) -> int:
    """Run the command to its end and give its exit code."""
    ours, command = arguments[: arguments.index("--")], arguments[arguments.index("--") + 1 :]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        _raise_loopback(server)
        subprocess.run(["mount", "--bind", ours[0], "/etc/resolv.conf"], check=True)
        if "--knows-no-name" in ours:
            server.bind(NAME_SERVER)
            threading.Thread(target=_deny, args=(server,), daemon=True).start()
        return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
