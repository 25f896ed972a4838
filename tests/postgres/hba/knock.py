"""A client that only knocks: it starts a login, sees what it is asked for, and gives a wrong answer."""

from __future__ import annotations

import re
import socket
import ssl
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from safeconduct.postgres.hba import Login
    from tests.servers.postgres import Postgres

PROTOCOL = 196608
SSL_REQUEST = struct.pack("!ii", 8, 80877103)
ASKED = {3: "password", 5: "md5", 10: "scram-sha-256"}
PLACE = re.compile(r'Connection matched (?:pg_hba\.conf|file "(?P<file>[^"]*)") line (?P<line>\d+)')
TRUSTED = re.compile(r"method=trust \((?P<file>[^)]*):(?P<line>\d+)\)")


@dataclass(frozen=True)
class Seen:
    """What the server did: the method that it used, "none" for no line; and file and line where the log says so."""

    method: str
    line: int | None = None
    file: str | None = None


def knock(server: Postgres, login: Login) -> Seen:
    """One login; waits until the server has hung up."""
    mark = server.log.path.stat().st_size
    with _connected(server, login) as connection:
        method = _exchange(connection, login)
    with server.log.path.open("rb") as log:
        log.seek(mark)
        place = (TRUSTED if method == "trust" else PLACE).search(log.read().decode(errors="replace"))
    return Seen(method, int(place["line"]), place["file"]) if place else Seen(method)


def _connected(server: Postgres, login: Login) -> socket.socket:
    if login.address is None:
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(f"{server.folder}/.s.PGSQL.{server.port}")
    else:
        host = "::1" if login.address.version == 6 else "127.0.0.1"
        connection = socket.create_connection((host, server.port), 10, source_address=(str(login.address), 0))
    connection.settimeout(10)
    return _encrypted(connection) if login.tls else connection


def _encrypted(connection: socket.socket) -> socket.socket:
    connection.sendall(SSL_REQUEST)
    assert connection.recv(1) == b"S", "the server has no TLS"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context.wrap_socket(connection)


def _exchange(connection: socket.socket, login: Login) -> str:
    connection.sendall(_startup(login))
    kind, payload = _message(connection)
    if kind == b"E":
        return "none" if b"no pg_hba.conf entry" in payload else "reject" if b"rejects" in payload else repr(payload)
    assert kind == b"R", payload
    code = struct.unpack("!i", payload[:4])[0]
    if code == 0:
        return "trust"
    if code in {3, 5}:
        connection.sendall(b"p" + struct.pack("!i", 10) + b"wrong\0")
        _message(connection)
    return ASKED[code]


def _startup(login: Login) -> bytes:
    words = {"user": login.user, "database": login.database}
    if login.replication:
        words["replication"] = "true" if login.replication == "physical" else "database"
    body = b"".join(name.encode() + b"\0" + value.encode() + b"\0" for name, value in words.items()) + b"\0"
    return struct.pack("!ii", len(body) + 8, PROTOCOL) + body


def _message(connection: socket.socket) -> tuple[bytes, bytes]:
    head = _exactly(connection, 5)
    return head[:1], _exactly(connection, struct.unpack("!i", head[1:])[0] - 4)


def _exactly(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        more = connection.recv(size - len(data))
        assert more, "the server hung up without a word"
        data += more
    return data
