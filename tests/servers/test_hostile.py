"""Hostile servers do what their scripts say."""

from __future__ import annotations

import socket
import ssl
import time
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.servers import hostile
from tests.servers.certificates import Authority
from tests.servers.hostile import Hostile, SilentPort, drips, hears, message, says, shows, tls_only

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.hostile import Deed

SSL_REQUEST = b"\0\0\0\x08\x04\xd2\x16\x2f"


def connect(server: Hostile, timeout: float = 2) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout)


@pytest.mark.parametrize(
    ("script", "first"),
    [
        (hostile.SSH, b"SSH-2.0-"),
        (hostile.MYSQL, b"J\0\0\0\x0a8.0.36\0"),
        (hostile.HTTP, b"HTTP/1.1 400"),
        (hostile.GARBAGE, b"\x80\x81\x82"),
        (hostile.HANGS_UP, b""),
    ],
)
def test_what_it_says_first(script: tuple[Deed, ...], first: bytes) -> None:
    with Hostile(*script) as server, connect(server) as client:
        client.sendall(SSL_REQUEST) if first else None
        answer = client.recv(4096)
        assert answer[: len(first)] == first
        assert bool(answer) == bool(first)


def test_the_mysql_greeting_is_as_long_as_it_says() -> None:
    with Hostile(*hostile.MYSQL) as server, connect(server) as client:
        answer = client.recv(4096)
        assert len(answer) - 4 == int.from_bytes(answer[:3], "little")


def test_it_never_answers() -> None:
    with Hostile(*hostile.NEVER_ANSWERS) as server, connect(server, 0.1) as client:
        client.sendall(SSL_REQUEST)
        with pytest.raises(TimeoutError):
            client.recv(1)


@pytest.mark.parametrize("script", [hostile.ANNOUNCES_2_GB, hostile.STOPS_MID_MESSAGE])
def test_a_message_begins_and_does_not_end(script: tuple[Deed, ...]) -> None:
    with Hostile(*script) as server, connect(server, 0.2) as client:
        client.sendall(SSL_REQUEST)
        assert client.recv(1) == b"N"
        client.sendall(b"startup")
        assert client.recv(4096)[:1] == b"R"
        with pytest.raises(TimeoutError):
            client.recv(1)
        assert server.heard == SSL_REQUEST + b"startup"


def test_it_closes_or_breaks_off() -> None:
    with Hostile(*hostile.CLOSES_MID_MESSAGE) as server:
        with pytest.raises(psycopg.OperationalError, match="server closed the connection unexpectedly"):
            psycopg.connect(host="127.0.0.1", port=server.port, user="u", sslmode="prefer", connect_timeout=2)
        assert b"user\0u\0" in server.heard
    with Hostile(*hostile.RESETS) as server, connect(server) as client:
        client.sendall(SSL_REQUEST)
        with pytest.raises(ConnectionResetError):
            client.recv(1)


def test_it_drips() -> None:
    with Hostile(drips(b"abc", every=0.05)) as server, connect(server) as client:
        begin = time.monotonic()
        assert [client.recv(10) for _ in range(3)] == [b"a", b"b", b"c"]
        assert time.monotonic() - begin > 0.1


def test_tls_only_from_the_first_byte_or_after_an_s(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    certificate = authority.issue("127.0.0.1")
    context = ssl.create_default_context(cafile=authority.file)
    with Hostile(*tls_only(certificate)) as server, connect(server):  # the first one never says a word
        with context.wrap_socket(connect(server), server_hostname="127.0.0.1") as client:
            assert client.version() == "TLSv1.3"
        with connect(server) as client:
            client.sendall(SSL_REQUEST)
            assert client.recv(1) in (b"", b"\x15"), "a TLS alert, or the end"
    script = (hears(), says(b"S"), shows(certificate), says(message(b"R", b"\0\0\0\0")))
    with Hostile(*script) as server, connect(server) as raw:
        raw.sendall(SSL_REQUEST)
        assert raw.recv(1) == b"S"
        with context.wrap_socket(raw, server_hostname="127.0.0.1") as client:
            assert client.recv(100) == b"R\0\0\0\x08\0\0\0\0"


def test_conversations_are_counted() -> None:
    with Hostile(*hostile.HANGS_UP) as server:
        for _ in range(3):
            with connect(server) as client:
                assert client.recv(1) == b""
        assert len(server.conversations) == 3


def test_a_silent_port_takes_no_connection() -> None:
    with SilentPort() as silent, pytest.raises(TimeoutError):
        socket.create_connection(("127.0.0.1", silent.port), 0.3)
