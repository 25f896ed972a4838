"""Where a mysql:// URL leads, as SQLAlchemy's dialect hands it to its driver."""

from __future__ import annotations

import getpass
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from safeconduct.airflow import mysql_tls
from safeconduct.airflow.metadata import SUBJECT
from safeconduct.airflow.mysql_option_file import read_option_file
from safeconduct.airflow.rules import DATABASE_MALFORMED, DATABASE_UNREACHABLE
from safeconduct.model import Finding, Secret, Unjudged

if TYPE_CHECKING:
    from collections.abc import Mapping

    from safeconduct.airflow.database_url import DatabaseUrl
    from safeconduct.airflow.mysql_tls import MysqlTls

DRIVERS = ("mysqldb", "pymysql", "mysqlconnector")
_DIRECTIONS = frozenset("host port user password passwd db database unix_socket".split())
_FILE_OPTIONS = frozenset({"read_default_file", "read_default_group"})
# What decides neither where the URL leads nor who is let in: how rows come, how long to wait, what Airflow writes.
_WITHOUT_EFFECT = frozenset(
    """charset collation use_unicode compress client_flag client_flags local_infile allow_local_infile init_command
    sql_mode autocommit connect_timeout connection_timeout read_timeout write_timeout max_allowed_packet
    program_name buffered raw consume_results get_warnings raise_on_warnings pool_size pool_name pool_reset_session
    use_pure binary_prefix time_zone""".split()
)
_SOCKETS = ("/run/mysqld/mysqld.sock", "/var/run/mysqld/mysqld.sock", "/var/lib/mysql/mysql.sock", "/tmp/mysql.sock")  # noqa: S108
"""Where Debian, Red Hat and MySQL's own packages have it; the client library has one of them compiled in."""


@dataclass(frozen=True)
class MysqlPlace:
    """A server, who logs in, and the database. `socket` is a Unix socket; where it is set, host and port are unused.

    `tls` is None where there must be none. `encoding` is how the driver writes a password.
    """

    host: str
    port: int
    socket: str
    login: str
    password: Secret | None
    database: str
    tls: MysqlTls | None
    encoding: str = "utf-8"

    @property
    def label(self) -> str:
        """`login@host:port/database`, never with a password."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.login}@{f'[{self.socket}]' if self.socket else f'{host}:{self.port}'}/{self.database}"

    def password_octets(self) -> bytes | None:
        """The password as the driver sends it, to be used at once; None where it cannot."""
        try:
            return self.password.reveal().encode(self.encoding) if self.password else b""
        except UnicodeEncodeError:
            return None


def place_of(url: DatabaseUrl, environ: Mapping[str, str]) -> MysqlPlace | Finding | Unjudged:
    """The place, or what is wrong with the URL; Unjudged where it says something that is not followed here."""
    driver = url.driver or DRIVERS[0]
    options = {name: values[-1] for name, values in url.query.items()}
    if why := _not_followed(driver, options):
        return Unjudged(SUBJECT, f"sql_alchemy_conn {why}")
    stored = _stored(options)
    if isinstance(stored, Finding):
        return stored
    told = stored | _of_url(url) | {name: value for name, value in options.items() if value}
    if not told.get("database"):
        return _malformed("names no database")
    if not told.get("port", "0").isascii() or not told.get("port", "0").isdecimal():
        return _malformed("gives a port that is no number")
    return _place(driver, told, environ)


def _not_followed(driver: str, options: Mapping[str, str]) -> str:
    """What we cannot do with this URL, as the rest of a sentence; "" when there is nothing."""
    if driver not in DRIVERS:
        return f"asks for the driver {driver}; of MySQL's, {', '.join(DRIVERS)} are known here"
    known = _DIRECTIONS | _FILE_OPTIONS | mysql_tls.OPTIONS | _WITHOUT_EFFECT
    if unknown := sorted(options.keys() - known):
        return f"gives options of the driver {driver} that are not followed here: {', '.join(unknown)}"
    if driver == "mysqlconnector" and options.keys() & _FILE_OPTIONS:
        return "names an option file in a way that the driver mysqlconnector does not know: read_default_file"
    return ""


def _stored(options: Mapping[str, str]) -> dict[str, str] | Finding:
    """What the option file says, under the names that an URL gives them."""
    name = options.get("read_default_file")
    if not name:
        return {}
    path = Path(name).expanduser()
    try:
        found = read_option_file(path, options.get("read_default_group"))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        message = f"the option file {path} cannot be read: {reason}"
        return DATABASE_UNREACHABLE.finding(SUBJECT, message, evidence={"file": str(path), "error": str(reason)})
    found["unix_socket"] = found.pop("socket", "")
    known = _DIRECTIONS | mysql_tls.OPTIONS
    return {name: value for name, value in found.items() if name in known and value}


def _of_url(url: DatabaseUrl) -> dict[str, str]:
    parts = {
        "host": url.host,
        "port": None if url.port is None else str(url.port),
        "user": url.login,
        "password": url.password.reveal() if url.password else None,
        "database": url.database,
    }
    aliases = {"passwd": "password", "db": "database"}
    queried = {aliases[name]: values[-1] for name, values in url.query.items() if name in aliases}
    return {name: value for name, value in parts.items() if value} | queried


def _place(driver: str, told: Mapping[str, str], environ: Mapping[str, str]) -> MysqlPlace | Finding | Unjudged:
    key_password = Secret(told["ssl_key_password"]) if told.get("ssl_key_password") else None
    tls = mysql_tls.tls_of(driver, told, key_password)
    if isinstance(tls, str):
        return _malformed(f"cannot be followed: {tls}")
    place = MysqlPlace(
        host=told.get("host", "localhost"),
        port=int(told.get("port", "0")) or 3306,
        socket=told.get("unix_socket", ""),
        login=told.get("user") or _own_name(),
        password=Secret(told["password"]) if told.get("password") else None,
        database=told["database"],
        tls=tls,
        encoding="latin-1" if driver == "pymysql" else "utf-8",
    )
    if place.password_octets() is None:
        return _malformed("has a password that the driver pymysql cannot send: it knows no characters beyond latin-1")
    return _by_client_library(place, "port" in told, environ) if driver == "mysqldb" else place


def _by_client_library(place: MysqlPlace, has_port: bool, environ: Mapping[str, str]) -> MysqlPlace | Finding:
    """mysqlclient sits on MySQL's library, to which localhost means the Unix socket, and any other host TCP."""
    if place.host != "localhost":
        port = environ.get("MYSQL_TCP_PORT", "")
        return replace(place, socket="", port=int(port) if not has_port and port.isdecimal() else place.port)
    socket = place.socket or environ.get("MYSQL_UNIX_PORT") or next((s for s in _SOCKETS if Path(s).exists()), "")
    if socket:
        return replace(place, socket=socket)
    return DATABASE_UNREACHABLE.finding(
        SUBJECT,
        "to the driver mysqldb the host localhost means a Unix socket, and there is none at the usual places",
        evidence={"looked for": ", ".join(_SOCKETS)},
        possible=(
            "the server is reached by TCP: write the host 127.0.0.1",
            "the socket lies elsewhere: add ?unix_socket=/path/of/mysqld.sock",
            "the server is down: it makes the socket when it starts",
        ),
    )


def _own_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def _malformed(words: str) -> Finding:
    option = {"option": "[database] sql_alchemy_conn"}
    return DATABASE_MALFORMED.finding(SUBJECT, f"sql_alchemy_conn {words}", evidence=option)
