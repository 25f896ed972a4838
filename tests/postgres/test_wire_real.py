"""The exchange on a real PostgreSQL: what it learns, and that it gets in where libpq does."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING

import pytest

from safeconduct.model import Secret
from safeconduct.postgres.query import run_query
from safeconduct.postgres.scram import server_end_point
from safeconduct.postgres.wire import (
    Exchange,
    Inbox,
    Login,
    drive,
    log_in,
    negotiate_tls,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from safeconduct.postgres.session import Row
    from tests.servers.postgres import Postgres

PASSWORD = Secret("pass word")
ETL = Login("etl", "postgres", PASSWORD, {"application_name": "safeconduct"})


class Client:
    """A socket, and what has come on it."""

    def __init__(self, server: Postgres, tls: bool = False) -> None:
        self.socket = socket.create_connection((server.host, server.port), 5)
        self.inbox = Inbox()
        self.endpoint: bytes | None = None
        if tls:
            assert drive(negotiate_tls(), self.socket.sendall, self.receive).accepted
            context = ssl.create_default_context(cafile=str(server.folder / "tls/authority.crt"))
            self.socket = context.wrap_socket(self.socket, server_hostname=server.host)
            der = self.socket.getpeercert(binary_form=True)
            assert der
            self.endpoint = server_end_point(der)

    def receive(self, _: object) -> bytes:
        return self.socket.recv(65_536)

    def log_in(self, login: Login) -> Exchange:
        return drive(log_in(login, self.inbox), self.socket.sendall, self.receive)

    def query(self, sql: str, params: Sequence[str | None] = ()) -> list[Row]:
        return drive(run_query(sql, params, self.inbox), self.socket.sendall, self.receive)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()


def exchange_with(server: Postgres, login: Login = ETL) -> Exchange:
    with Client(server) as client:
        return client.log_in(login)


@pytest.mark.parametrize("method", ["scram-sha-256", "md5", "password"])
def test_a_password_lets_in(any_postgres: Postgres, method: str) -> None:
    if method == "md5":
        any_postgres.conf({"password_encryption": "md5"})
    any_postgres.create_role("etl", PASSWORD.reveal())
    any_postgres.hba([f"host all all all {method}"])
    with Client(any_postgres) as client:
        exchange = client.log_in(ETL)
        assert (exchange.asked, exchange.used, exchange.password_sent) == ((method,), method, True)
        assert exchange.authenticated
        assert exchange.ready
        assert exchange.error is None
        assert exchange.stop is None
        assert exchange.parameters["server_version"].startswith(str(any_postgres.version))
        assert client.query("SELECT pg_backend_pid()::text, current_setting($1)", ["application_name"]) == [
            (str(exchange.backend_pid), "safeconduct")
        ]
