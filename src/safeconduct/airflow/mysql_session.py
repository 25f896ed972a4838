"""A session with a MySQL server over PyMySQL: one connection, one login, and SELECTs."""

from __future__ import annotations

import contextlib
import socket
import time
from typing import TYPE_CHECKING, Any

import pymysql
from pymysql.constants import CR
from pymysql.converters import encoders

from safeconduct.airflow.metadata_reader import ReadFailed
from safeconduct.airflow.mysql_bounds import bounded, silent, told
from safeconduct.airflow.mysql_greeting import NoGreeting, look_at_greeting
from safeconduct.airflow.mysql_refusal import OTHER_LAYOUT, TABLE_DENIED, refusal, said_by_server, unreachable

if TYPE_CHECKING:
    import ssl
    from collections.abc import Sequence

    from safeconduct.airflow.mysql_place import MysqlPlace

Values = tuple[bytes | None, ...]
_BEYOND_COLUMN = frozenset({1267, 3854})
"""What is looked for has characters that the column's character set lacks, so no row has it."""


class MysqlSession:
    """Logged in. `timeout` is in seconds, for the login and for each statement. Its methods raise ReadFailed."""

    def __init__(self, place: MysqlPlace, timeout: float) -> None:
        context = _context(place)
        self._place = place
        self._timeout = timeout
        peer = _connected(place, timeout)
        self._line = peer.dup()
        try:
            offered = _offers_tls(place, peer, timeout)
            self._session = _session(place, context if offered else None, timeout)
            with bounded(place, self._line, timeout):
                self._session.connect(peer)
        except BaseException:
            peer.close()
            self._line.close()
            raise

    def rows(self, statement: str, parameters: Sequence[str | None] = ()) -> list[Values]:
        """What a statement with `%s` parameters gives: each value as the text that the server sent, undecoded."""
        return self._bounded(statement, parameters)[1]

    def changed(self, statement: str, parameters: Sequence[str | None] = ()) -> int:
        """How many rows the same changes; those that it leaves as they were are none."""
        return self._bounded(statement, parameters)[0]

    def _bounded(self, statement: str, parameters: Sequence[str | None]) -> tuple[int, list[Values]]:
        with bounded(self._place, self._line, self._timeout):
            try:
                return self._ask(statement, parameters)
            except pymysql.Error as error:
                number, words = told(error)
                if number in _BEYOND_COLUMN:
                    return 0, []
                if number in OTHER_LAYOUT:
                    raise ReadFailed(said_by_server(number, words), layout=True) from error
                if number not in TABLE_DENIED:
                    raise
                raise refusal(self._place, number, words, self._account()) from error

    def close(self) -> None:
        """Say goodbye and close the socket; never raises."""
        with contextlib.suppress(pymysql.Error):
            self._session.close()
        self._line.close()

    def _ask(self, statement: str, parameters: Sequence[str | None]) -> tuple[int, list[Values]]:
        with self._session.cursor() as cursor:
            return cursor.execute(statement, list(parameters)), list(cursor.fetchall())

    def _account(self) -> str:
        """The account that matched, `user@host`: the server's words name the client's host instead."""
        _, ((account,),) = self._ask("SELECT CURRENT_USER()", ())
        return (account or b"").decode("utf-8", "replace")


class _Cleartext:
    """In place of a way of proof that would send the password as it is over a connection that anybody can read."""

    def __init__(self, _connection: object) -> None:
        pass

    def authenticate(self, _packet: object) -> None:
        raise pymysql.OperationalError(
            CR.CR_AUTH_PLUGIN_CANNOT_LOAD, "it wants the password in clear text, and there is no TLS"
        )


def _session(place: MysqlPlace, context: ssl.SSLContext | None, timeout: float) -> pymysql.Connection[Any]:
    """PyMySQL's connection, not yet connected. Values stay bytes: one that is no UTF-8 must not hide the others."""
    hidden = context is not None or bool(place.socket)
    return pymysql.connect(
        host=place.host,
        user=place.login,
        password=place.password_octets() or b"",
        database=place.database,
        charset="utf8mb4",
        use_unicode=False,
        conv={each: encoders[each] for each in encoders},
        ssl=context,
        ssl_disabled=context is None,
        read_timeout=2 * timeout,  # bounded() cuts earlier, and knows that it was the time
        write_timeout=2 * timeout,
        autocommit=None,
        auth_plugin_map={} if hidden else {"mysql_clear_password": _Cleartext, "dialog": _Cleartext},
        defer_connect=True,
    )


def _context(place: MysqlPlace) -> ssl.SSLContext | None:
    if place.tls is None:
        return None
    try:
        return place.tls.context()
    except (OSError, ValueError) as error:
        given = {"ssl_ca": place.tls.ca, "ssl_capath": place.tls.capath, "ssl_cert": place.tls.cert}
        named = ", ".join(f"{name}={value}" for name, value in given.items() if value) or "ssl_cipher"
        raise unreachable(f"the TLS options cannot be used: {named}", _reason(error)) from error


def _connected(place: MysqlPlace, timeout: float) -> socket.socket:
    try:
        if place.socket:
            return _connected_to_socket(place.socket, timeout)
        peer = socket.create_connection((place.host, place.port), timeout)
    except TimeoutError as error:
        raise silent(timeout) from error
    except ConnectionRefusedError as error:
        raise unreachable("nothing listens there", _reason(error)) from error
    except (OSError, UnicodeError) as error:
        raise unreachable(_reason(error)) from error
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return peer


def _connected_to_socket(path: str, timeout: float) -> socket.socket:
    peer = socket.socket(socket.AF_UNIX)
    try:
        peer.settimeout(timeout)
        peer.connect(path)
    except BaseException:
        peer.close()
        raise
    return peer


def _offers_tls(place: MysqlPlace, peer: socket.socket, timeout: float) -> bool:
    """Whether the server has TLS. It is asked here: PyMySQL before 1.2 went on without, wanted or not."""
    try:
        greeting = look_at_greeting(peer, time.monotonic() + timeout)
    except NoGreeting as error:
        raise _no_greeting(error.seen) from error
    except TimeoutError as error:
        raise silent(timeout) from error
    except OSError as error:
        raise unreachable("the connection broke off before a greeting", _reason(error)) from error
    if greeting.number or greeting.words:
        raise refusal(place, greeting.number, greeting.words)
    if place.tls and place.tls.required and not greeting.offers_tls:
        raise unreachable("sql_alchemy_conn asks for TLS, and the server has none")
    return greeting.offers_tls


def _no_greeting(seen: bytes) -> ReadFailed:
    if not seen:
        return unreachable("it closed the connection without a greeting")
    return unreachable("what answers there is no MySQL server", f"its first bytes are {seen[:24]!r}")


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
