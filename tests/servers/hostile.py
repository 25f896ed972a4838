"""Servers that misbehave: each connection is played a script of bytes and deeds.

    with Hostile(hears(), says(b"N"), hears(), says(message(b"R", b"\\0")), hangs_up()) as server:
        ... connect to 127.0.0.1:server.port ...

When the script has ended the connection stays open and silent, unless it hung up.
"""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import Self

    from tests.servers.certificates import Certificate


class Conversation:
    """One client's connection: its socket, what it said in each turn, and whether the test is over."""

    def __init__(self, client: socket.socket, over: threading.Event) -> None:
        self.client = client
        self.over = over
        self.heard: list[bytes] = []

    def wait(self, seconds: float) -> bool:
        """Wait, and tell whether the test is over."""
        return self.over.wait(seconds)


Deed = Callable[[Conversation], None]


def says(data: bytes) -> Deed:
    """Send these bytes."""
    return lambda conversation: conversation.client.sendall(data)


def drips(data: bytes, every: float = 1.0) -> Deed:
    """Send these bytes one at a time, one each `every` seconds."""

    def deed(conversation: Conversation) -> None:
        for byte in data:
            if conversation.wait(every):
                return
            conversation.client.sendall(bytes([byte]))

    return deed


def hears() -> Deed:
    """Wait for something from the client: whatever arrives at once, or its end."""

    def deed(conversation: Conversation) -> None:
        conversation.heard.append(conversation.client.recv(65_536))

    return deed


def hangs_up() -> Deed:
    """Close in good order (FIN)."""
    return lambda conversation: conversation.client.close()


def resets() -> Deed:
    """Break off (RST): the client sees "connection reset by peer"."""

    def deed(conversation: Conversation) -> None:
        conversation.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        conversation.client.close()

    return deed


def shows(certificate: Certificate) -> Deed:
    """Become a TLS server, as after an `S`, or from the first byte; what follows is said inside."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.chain, certificate.key)

    def deed(conversation: Conversation) -> None:
        client = context.wrap_socket(conversation.client, server_side=True, do_handshake_on_connect=False)
        conversation.client = client
        try:
            client.do_handshake()
        except ssl.SSLError:
            conversation.client = socket.socket(fileno=client.detach())
            conversation.client.shutdown(socket.SHUT_WR)
            _drain(conversation.client)
            raise

    return deed


def _drain(client: socket.socket) -> None:
    """Read to the end, because closing with bytes unread breaks the connection off (RST)."""
    while client.recv(65_536):
        pass


def message(kind: bytes, payload: bytes, *, length: int | None = None) -> bytes:
    """A message of the PostgreSQL protocol; `length` lies about its size (which counts itself, 4 bytes)."""
    return kind + struct.pack("!I", len(payload) + 4 if length is None else length) + payload


def mysql_greeting() -> bytes:
    """What MySQL 8 says first (Protocol::HandshakeV10); this one has no TLS."""
    salt = b"saltsaltsaltsaltsalt\0"
    flags = b"\xff\xf7\xff\2\0\xff\xdf\x15"
    payload = b"\x0a8.0.36\0" + struct.pack("<I", 8) + salt[:8] + b"\0" + flags + bytes(10) + salt[8:]
    payload += b"caching_sha2_password\0"
    return struct.pack("<I", len(payload))[:3] + b"\0" + payload


class Hostile:
    """A server on a free port of 127.0.0.1 that plays the same script to every client."""

    def __init__(self, *script: Deed) -> None:
        self._script = script
        self._over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []
        self.conversations: list[Conversation] = []
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        self._spawn(self._serve)
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for each in (self._listener, *(c.client for c in self.conversations)):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
            assert not thread.is_alive(), "a hostile server does not end"
        self._listener.close()

    @property
    def heard(self) -> bytes:
        """All that the clients said."""
        return b"".join(part for conversation in self.conversations for part in conversation.heard)

    def _spawn(self, target: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while not self._over.is_set():
                conversation = Conversation(self._listener.accept()[0], self._over)
                self.conversations.append(conversation)
                self._spawn(self._play, conversation)

    def _play(self, conversation: Conversation) -> None:
        with contextlib.suppress(OSError):  # a client that goes away, or a TLS handshake that fails, ends the script
            for deed in self._script:
                deed(conversation)
            if conversation.client.fileno() >= 0:
                _drain(conversation.client)
        with contextlib.suppress(OSError):
            conversation.client.close()


# Scripts with a name

REFUSES_TLS = (hears(), says(b"N"), hears())
"""The beginning of an honest plaintext server: SSLRequest, no, StartupMessage."""

NEVER_ANSWERS: tuple[Deed, ...] = ()
HANGS_UP = (hangs_up(),)
RESETS = (hears(), resets())
GARBAGE = (hears(), says(bytes(range(128, 256)) * 8))
SSH = (says(b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n"),)
HTTP = (hears(), says(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), hangs_up())
MYSQL = (says(mysql_greeting()),)
ANNOUNCES_2_GB = (*REFUSES_TLS, says(message(b"R", b"\0\0", length=0x7FFF_FFFF)))
STOPS_MID_MESSAGE = (*REFUSES_TLS, says(message(b"R", b"\0\0", length=12)))
CLOSES_MID_MESSAGE = (*STOPS_MID_MESSAGE, hangs_up())
DRIPS = (*REFUSES_TLS, drips(message(b"E", b"SFATAL\0C28P01\0MnoXXXXXXXXXXXXXXXXXXXX\0\0")))
ERROR_WITHOUT_END = (*REFUSES_TLS, says(message(b"E", b"SFATAL\0C28P01\0Mno")))


def tls_only(certificate: Certificate) -> tuple[Deed, ...]:
    """A proxy that speaks TLS from the first byte and does not know SSLRequest."""
    return (shows(certificate), hears())


class SilentPort:
    """A port of 127.0.0.1 where a connection attempt is never answered, as behind a firewall that drops packets.

    Linux drops the SYN when the queue of connections that nobody accepts is full.
    """

    def __enter__(self) -> Self:
        self._listener = socket.socket()
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(0)
        self.port: int = self._listener.getsockname()[1]
        self._fillers = [socket.socket() for _ in range(4)]
        for filler in self._fillers:
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", self.port))
        select.select([], self._fillers[:1], [], 1)
        return self

    def __exit__(self, *_: object) -> None:
        for each in (*self._fillers, self._listener):
            each.close()
