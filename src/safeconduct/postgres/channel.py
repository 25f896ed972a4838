"""A socket with one deadline for everything: opened, encrypted, written to and read from within it."""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType

CHUNK = 65536


class DeadlinePassed(Exception):
    """The peer did not answer within the deadline."""


class Deadline:
    """A moment on the monotonic clock. `seconds` is the whole span, as people are told it."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def remaining(self) -> float:
        """Seconds left. Raises DeadlinePassed when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise DeadlinePassed
        return left


@dataclass(frozen=True)
class TlsFacts:
    """What was agreed: "TLSv1.3", the cipher, and the server's certificate as DER."""

    version: str
    cipher: str
    peer_certificate: bytes


class Channel:
    """One connection to one address. Every call raises DeadlinePassed or OSError; `received` counts bytes."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._sock = sock
        self.deadline = deadline
        self.received = 0

    @classmethod
    def open(cls, family: socket.AddressFamily, sockaddr: object, deadline: Deadline) -> Channel:
        """Connect a stream socket to an address as getaddrinfo gives it (a path for AF_UNIX)."""
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.settimeout(deadline.remaining())
            sock.connect(sockaddr)  # type: ignore[arg-type]
            if family != socket.AF_UNIX:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except TimeoutError:
            sock.close()
            raise DeadlinePassed from None
        except BaseException:
            sock.close()
            raise
        return cls(sock, deadline)

    @property
    def local_address(self) -> str | None:
        """This side's address, as the server sees it where nothing translates it; None on a unix socket."""
        if self._sock.family == socket.AF_UNIX:
            return None
        address: str = self._sock.getsockname()[0]
        return address.partition("%")[0]

    @property
    def peer(self) -> str:
        """The other side's address, written as Address.text is."""
        found = self._sock.getpeername()
        if self._sock.family == socket.AF_UNIX:
            return str(found)
        return f"[{found[0]}]:{found[1]}" if len(found) == 4 else f"{found[0]}:{found[1]}"

    def send(self, data: bytes) -> None:
        """Send all of it."""
        self._sock.settimeout(self.deadline.remaining())
        try:
            self._sock.sendall(data)
        except TimeoutError:
            raise DeadlinePassed from None

    def receive(self) -> bytes:
        """What has come, at least one byte; b"" when the peer has closed."""
        self._sock.settimeout(self.deadline.remaining())
        try:
            data = self._sock.recv(CHUNK)
        except TimeoutError:
            raise DeadlinePassed from None
        self.received += len(data)
        return data

    def start_tls(self, context: ssl.SSLContext, server_name: str | None) -> TlsFacts:
        """Encrypt the connection; raises ssl.SSLError where the two sides cannot agree."""
        self._sock.settimeout(self.deadline.remaining())
        try:
            wrapped = context.wrap_socket(self._sock, server_hostname=server_name)
        except TimeoutError:
            raise DeadlinePassed from None
        self._sock = wrapped
        cipher = wrapped.cipher()
        return TlsFacts(
            version=wrapped.version() or "",
            cipher=cipher[0] if cipher else "",
            peer_certificate=wrapped.getpeercert(binary_form=True) or b"",
        )

    def close(self) -> None:
        """Close at once; never raises."""
        with contextlib.suppress(OSError):
            self._sock.close()

    def __enter__(self) -> Channel:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
