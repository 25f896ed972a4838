"""A server that agrees to TLS as PostgreSQL does, and then refuses every login."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from typing import TYPE_CHECKING

from tests.servers.hostile import message

if TYPE_CHECKING:
    from typing_extensions import Self

    from tests.postgres.made_certificates import Made

REFUSAL = message(b"E", b"SFATAL\0VFATAL\0C28P01\0Mnot here\0Rauth_failed\0\0")


class TlsServer:
    """Answers SSLRequest with S, does the handshake, hears the StartupMessage and refuses it; or TLS `direct`ly.

    `names` collects the server names (SNI) that clients sent.
    """

    def __init__(self, shown: Made, *, direct: bool = False, host: str = "127.0.0.1") -> None:
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(shown.files.chain, shown.files.key)
        self.context.sni_callback = lambda _socket, name, _context: self.names.append(name)
        self.names: list[str | None] = []
        self._direct = direct
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, 0), family=family)
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)
        assert not self._thread.is_alive()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                client.settimeout(5)
                with contextlib.suppress(OSError), client:
                    self._meet(client)

    def _meet(self, client: socket.socket) -> None:
        if not self._direct:
            client.recv(8)
            client.sendall(b"S")
        with self.context.wrap_socket(client, server_side=True, do_handshake_on_connect=False) as inside:
            try:
                inside.do_handshake()
            except ssl.SSLError:
                _drain(inside)
                raise
            inside.recv(4096)
            inside.sendall(REFUSAL)
            inside.recv(4096)


def _drain(failed: ssl.SSLSocket) -> None:
    """Read to the end: closing with bytes unread would break the connection off (RST), and the alert with it."""
    with socket.socket(fileno=failed.detach()) as plain:
        plain.settimeout(5)
        plain.shutdown(socket.SHUT_WR)
        while plain.recv(4096):
            pass
