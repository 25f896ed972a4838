"""The exchange on a real PostgreSQL: what it learns, and that it gets in where libpq does."""

from __future__ import annotations

import hashlib
import hmac
import socket
import ssl
from base64 import b64encode
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from safeconduct.model import Secret
from safeconduct.postgres.query import run_query
from safeconduct.postgres.scram import server_end_point
from safeconduct.postgres.wire import ChannelBinding, Exchange, Inbox, Login, StopReason, drive, log_in, negotiate_tls

if TYPE_CHECKING:
    from collections.abc import Sequence

    from safeconduct.postgres.session import Row
    from tests.servers.pgbouncer import PgBouncer
    from tests.servers.postgres import Postgres

PASSWORD = Secret("pass word")
ETL = Login("etl", "postgres", PASSWORD, {"application_name": "safeconduct"})


class Client:
    """A socket, and what has come on it."""

    def __init__(self, server: Postgres | PgBouncer, tls: bool = False) -> None:
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


def exchange_with(server: Postgres | PgBouncer, login: Login = ETL) -> Exchange:
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


def test_trust_lets_in_without_a_question(postgres: Postgres) -> None:
    postgres.create_role("etl")
    postgres.hba(["host all all all trust"])
    exchange = exchange_with(postgres)
    assert exchange.ready
    assert (exchange.asked, exchange.used, exchange.password_sent) == ((), None, False)


@pytest.mark.parametrize("method", ["scram-sha-256", "md5", "password"])
def test_the_method_is_learnt_without_a_password(any_postgres: Postgres, method: str) -> None:
    any_postgres.hba([f"host all all all {method}"])
    if method == "md5":  # for a role that it does not know a server pretends what password_encryption says
        any_postgres.conf({"password_encryption": "md5"})
    exchange = exchange_with(any_postgres, replace(ETL, password=None))
    assert exchange.asked == (method,)
    assert exchange.stop is not None
    assert exchange.stop.reason is StopReason.PASSWORD_ABSENT


@pytest.mark.parametrize("method", ["scram-sha-256", "md5", "password"])
def test_a_wrong_password_is_refused_with_all_fields(any_postgres: Postgres, method: str) -> None:
    any_postgres.create_role("etl", "another")
    any_postgres.hba([f"host all all all {method}"])
    exchange = exchange_with(any_postgres)
    assert exchange.error is not None
    assert exchange.password_sent
    assert not exchange.authenticated
    error = exchange.error
    assert (error.sqlstate, error.routine, error.severity_nonlocalized) == ("28P01", "auth_failed", "FATAL")
    assert (error.severity, error.message) == ("FATAL", 'password authentication failed for user "etl"')
    assert error.file == "auth.c"
    assert error.line
    assert error.unknown == ()


def test_a_refusal_after_the_password_was_accepted(any_postgres: Postgres) -> None:
    any_postgres.create_role("etl", PASSWORD.reveal())
    any_postgres.create_database("sales")
    any_postgres.sql("REVOKE CONNECT ON DATABASE sales FROM PUBLIC")
    exchange = exchange_with(any_postgres, replace(ETL, database="sales"))
    assert exchange.authenticated
    assert exchange.error is not None
    assert (exchange.error.sqlstate, exchange.error.routine) == ("42501", "CheckMyDatabase")
    assert exchange.error.detail == "User does not have CONNECT privilege."


def test_no_rule_lets_in(any_postgres: Postgres) -> None:
    any_postgres.hba([])
    exchange = exchange_with(any_postgres)
    assert exchange.asked == ()
    assert exchange.error is not None
    assert (exchange.error.sqlstate, exchange.error.routine) == ("28000", "ClientAuthentication")


def test_gss_is_named(postgres: Postgres) -> None:
    postgres.hba(["host all all all gss"])
    exchange = exchange_with(postgres)
    assert exchange.asked == ("gss",)
    assert exchange.stop is not None
    assert exchange.stop.reason is StopReason.METHOD_UNSUPPORTED


def test_a_server_without_tls_says_so(postgres: Postgres) -> None:
    with socket.create_connection((postgres.host, postgres.port), 5) as raw:
        assert not drive(negotiate_tls(), raw.sendall, lambda _: raw.recv(99)).accepted


@pytest.mark.parametrize(
    ("binding", "used"),
    [
        (ChannelBinding.PREFER, "scram-sha-256-plus"),
        (ChannelBinding.REQUIRE, "scram-sha-256-plus"),
        (ChannelBinding.DISABLE, "scram-sha-256"),
    ],
)
def test_scram_is_bound_to_the_certificate(any_tls_postgres: Postgres, binding: ChannelBinding, used: str) -> None:
    any_tls_postgres.create_role("etl", PASSWORD.reveal())
    with Client(any_tls_postgres, tls=True) as client:
        login = replace(ETL, tls=True, endpoint=client.endpoint, channel_binding=binding)
        exchange = client.log_in(login)
    assert exchange.mechanisms == ("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256")
    assert (exchange.used, exchange.ready) == (used, True)


def test_a_certificate_between_is_noticed_by_the_server(tls_postgres: Postgres) -> None:
    tls_postgres.create_role("etl", PASSWORD.reveal())
    with Client(tls_postgres, tls=True) as client:
        exchange = client.log_in(replace(ETL, tls=True, endpoint=b"of another certificate"))
    assert not exchange.authenticated
    assert exchange.error is not None
    assert "channel binding" in exchange.error.message


def test_without_a_hash_of_the_certificate_scram_is_not_bound(tls_postgres: Postgres) -> None:
    tls_postgres.create_role("etl", PASSWORD.reveal())
    with Client(tls_postgres, tls=True) as client:
        assert client.log_in(replace(ETL, tls=True)).ready


ODD_PASSWORDS = [
    "tab\tand\x01control",
    "a\u00a0b\u200bc\u00ad",
    "\u2168\u00aa\ufb01",
    "\u0627\u0031",
    "\u0627a\u0627",
    "\u200e",
    "\U0001f600",
    "caf\u00e9 cafe\u0301",
    "\u1e9e\u0345",
    "=,=,",
    " ",
    "x" * 900,
]


@pytest.mark.parametrize("method", ["scram-sha-256", "md5", "password"])
def test_odd_passwords_let_in_as_with_libpq(any_postgres: Postgres, method: str) -> None:
    if method == "md5":
        any_postgres.conf({"password_encryption": "md5"})
    any_postgres.hba([f"host all all all {method}"])
    for number, password in enumerate(ODD_PASSWORDS):
        role = f"odd {number} =,"
        any_postgres.create_role(role, password)
        any_postgres.login(role, password).close()
        exchange = exchange_with(any_postgres, replace(ETL, user=role, password=Secret(password)))
        assert exchange.ready, (ascii(password), exchange.error, exchange.stop)


def verifier(password: str, salt: bytes, iterations: int) -> str:
    """What pg_authid keeps for a password, salted and iterated as we like."""
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, iterations)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    salt_text, stored_text, server_text = (b64encode(part).decode() for part in (salt, stored, server))
    return f"SCRAM-SHA-256${iterations}:{salt_text}${stored_text}:{server_text}"


@pytest.mark.parametrize(("salt", "iterations"), [(b"s", 1), (b"salt" * 10, 1024), (b"salt" * 4, 600_000)])
def test_verifiers_made_by_others(any_postgres: Postgres, salt: bytes, iterations: int) -> None:
    any_postgres.create_role("etl", verifier(PASSWORD.reveal(), salt, iterations))
    assert exchange_with(any_postgres).ready
    any_postgres.login("etl", PASSWORD.reveal()).close()


def test_start_up_settings_reach_the_server(postgres: Postgres) -> None:
    postgres.create_role("etl", PASSWORD.reveal())
    with Client(postgres) as client:
        client.log_in(replace(ETL, parameters={"options": "-c search_path=a,b -c work_mem=123kB"}))
        assert client.query("SELECT current_setting('search_path'), current_setting('work_mem')", ()) == [
            ("a,b", "123kB")
        ]


def test_a_start_up_setting_is_refused(postgres: Postgres) -> None:
    postgres.create_role("etl", PASSWORD.reveal())
    exchange = exchange_with(postgres, replace(ETL, parameters={"nonsense": "1"}))
    assert exchange.authenticated
    assert exchange.error is not None
    assert exchange.error.sqlstate == "42704"


def test_a_newer_minor_version_and_unknown_options_are_negotiated(any_postgres: Postgres) -> None:
    any_postgres.create_role("etl", PASSWORD.reveal())
    exchange = exchange_with(any_postgres, replace(ETL, parameters={"_pq_.unheard": "1"}))
    assert exchange.ready
    assert exchange.version is not None
    assert exchange.version.unknown_options == ("_pq_.unheard",)


def test_through_a_pooler(pgbouncer: PgBouncer, postgres: Postgres) -> None:
    postgres.create_role("etl", PASSWORD.reveal())
    pgbouncer.add_user("etl", PASSWORD.reveal())
    with Client(pgbouncer) as client:
        exchange = client.log_in(ETL)
        assert (exchange.used, exchange.ready) == ("scram-sha-256", True)
        assert client.query("SELECT current_user, $1", ["x"]) == [("etl", "x")]


def test_a_poolers_refusal_has_no_routine(pgbouncer: PgBouncer) -> None:
    for login in (ETL, replace(ETL, parameters={"nonsense": "1"})):
        exchange = exchange_with(pgbouncer, login)
        assert exchange.error is not None
        assert exchange.error.message
        assert exchange.error.sqlstate
        assert exchange.error.routine is None
