"""Where mysql:// URLs lead: as SQLAlchemy's dialects hand them to their drivers, and as those read them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.dialects.mysql import mysqlconnector, mysqldb, pymysql
from sqlalchemy.engine import make_url

from safeconduct.airflow.database_url import parse_database_url
from safeconduct.airflow.mysql_option_file import read_option_file
from safeconduct.airflow.mysql_place import MysqlPlace, place_of
from safeconduct.airflow.mysql_tls import MysqlTls
from safeconduct.model import Finding, Secret, Unjudged

DIALECTS: dict[str, Any] = {
    "mysqldb": mysqldb.MySQLDialect_mysqldb(),
    "pymysql": pymysql.MySQLDialect_pymysql(),
    "mysqlconnector": mysqlconnector.MySQLDialect_mysqlconnector(),
}


def found(url: str, **environ: str) -> MysqlPlace | Finding | Unjudged:
    parsed = parse_database_url(Secret(url))
    assert parsed
    return place_of(parsed, environ)


def place(url: str, **environ: str) -> MysqlPlace:
    where = found(url, **environ)
    assert isinstance(where, MysqlPlace), where
    return where


@pytest.mark.parametrize("driver", DIALECTS)
@pytest.mark.parametrize(
    "rest",
    [
        "u:p@h/d",
        "u:p%40%2F%3A@h:3307/d?charset=utf8mb4",
        "u:p@[::1]:3307/d",
        "u:p@/d?host=h&port=3307&user=v",
        "u:p@h/d?unix_socket=/x/y.sock",
    ],
)
def test_as_sqlalchemy_tells_the_driver(driver: str, rest: str) -> None:
    url = f"mysql+{driver}://{rest}"
    _, told = DIALECTS[driver].create_connect_args(make_url(url))
    here = place(url)
    assert here.login == told["user"]
    assert here.host == told["host"]
    assert here.port == int(told.get("port", 3306))
    assert here.password_octets() == (told.get("password") or told.get("passwd")).encode()
    assert here.database == (told.get("database") or told.get("db"))
    # MySQL's library, which mysqldb sits on, uses a socket for localhost only.
    assert here.socket == ("" if driver == "mysqldb" else told.get("unix_socket", ""))


@pytest.mark.parametrize(
    ("url", "label"),
    [
        ("mysql+pymysql://u:p@localhost/d", "u@localhost:3306/d"),
        ("mysql+mysqlconnector://u:p@/d", "u@localhost:3306/d"),
        ("mysql://u:p@localhost:3307/d?unix_socket=/a.sock", "u@[/a.sock]/d"),
        ("mysql://u:p@127.0.0.1/d?unix_socket=/a.sock", "u@127.0.0.1:3306/d"),
        ("mysql+pymysql://u:p@db/d?unix_socket=/a.sock", "u@[/a.sock]/d"),
        ("mysql://u:p@[::1]/d", "u@[::1]:3306/d"),
    ],
)
def test_localhost_is_a_socket_to_the_client_library_only(url: str, label: str) -> None:
    assert place(url).label == label


def test_the_environment_counts_for_the_client_library() -> None:
    assert place("mysql://u@/d", MYSQL_UNIX_PORT="/a.sock").socket == "/a.sock"
    assert place("mysql://u@db/d", MYSQL_TCP_PORT="3307").port == 3307
    assert place("mysql://u@db:1/d", MYSQL_TCP_PORT="3307").port == 1
    assert place("mysql+pymysql://u@db/d", MYSQL_TCP_PORT="3307").port == 3306


def test_no_socket_at_the_usual_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("safeconduct.airflow.mysql_place._SOCKETS", ("/nowhere/a.sock",))
    finding = found("mysql://u:p@localhost/d")
    assert isinstance(finding, Finding)
    assert finding.rule == "airflow.metadata.unreachable"
    assert any("127.0.0.1" in cause for cause in finding.possible)


CA = "/ca.pem"
VERIFIED = MysqlTls(required=True, verified=True, ca=CA)


@pytest.mark.parametrize(
    ("driver", "query", "tls"),
    [
        ("mysqldb", "", MysqlTls()),
        ("pymysql", "", MysqlTls()),
        ("mysqldb", "ssl_mode=DISABLED", None),
        ("mysqldb", "ssl_mode=required", MysqlTls(required=True)),
        ("mysqldb", "ssl_mode=VERIFY_IDENTITY", MysqlTls(required=True, verified=True, named=True)),
        ("mysqldb", f"ssl_ca={CA}", VERIFIED),
        ("mysqldb", f"ssl_ca={CA}&ssl_mode=REQUIRED", MysqlTls(required=True, ca=CA)),
        ("pymysql", f"ssl_ca={CA}&ssl_check_hostname=false", VERIFIED),
        ("pymysql", f"ssl_ca={CA}", MysqlTls(required=True, verified=True, named=True, ca=CA)),
        ("mysqlconnector", f"ssl_ca={CA}", MysqlTls(ca=CA)),
        ("mysqlconnector", f"ssl_ca={CA}&ssl_verify_cert=true", VERIFIED),
        ("mysqlconnector", "ssl_disabled=True", None),
        ("pymysql", "ssl_cert=/c&ssl_key=/k", MysqlTls(required=True, cert="/c", key="/k")),
    ],
)
def test_tls_options(driver: str, query: str, tls: MysqlTls | None) -> None:
    assert place(f"mysql+{driver}://u@db/d?{query}").tls == tls


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (
            "mysql+pyodbc://u:p@h/d",
            "asks for the driver pyodbc; of MySQL's, mysqldb, pymysql, mysqlconnector are known",
        ),
        (
            "mysql://u:p@h/d?ssl=true&foo=hidden",
            "gives options of the driver mysqldb that are not followed here: foo, ssl",
        ),
        ("mysql+mysqlconnector://u:p@h/d?read_default_file=/x", "does not know: read_default_file"),
    ],
)
def test_what_is_not_followed_is_said(url: str, words: str) -> None:
    unjudged = found(url)
    assert isinstance(unjudged, Unjudged)
    assert words in unjudged.reason
    assert "hidden" not in unjudged.reason


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://u:p@h", "names no database"),
        ("mysql://u:p@h/", "names no database"),
        ("mysql://u:p@h/d?port=x", "gives a port that is no number"),
        ("mysql://u:p@h/d?ssl_mode=MAYBE", "ssl_mode is MAYBE, which is none of DISABLED, PREFERRED"),
        ("mysql://u:p@h/d?read_default_file=/not/there.cnf", "the option file /not/there.cnf cannot be read"),
    ],
)
def test_what_is_wrong_is_a_finding(url: str, words: str) -> None:
    finding = found(url)
    assert isinstance(finding, Finding)
    assert words in finding.message


MY_CNF = r"""
# all of it
[mysqld]
user = mysql
password = not-this
[client]
user = file_user
password = "se#cret \"x\" \\ y"   # behind
port=3307
host = 127.0.0.1 # here
ssl-ca = /from/file.pem
skip-something
!includedir /etc/my.cnf.d/
[ airflow ]
database= meta
port = 3308
"""


def test_the_option_file_fills_the_gaps(tmp_path: Path) -> None:
    file = tmp_path / "my.cnf"
    file.write_text(MY_CNF)
    here = place(f"mysql://h2/d?read_default_file={file}")
    assert (here.host, here.login, here.port, here.database) == ("h2", "file_user", 3307, "d")
    assert here.password == Secret(r"se#cret \"x\" \ y")
    assert here.tls == MysqlTls(required=True, verified=True, ca="/from/file.pem")
    grouped = place(f"mysql:///?read_default_file={file}&read_default_group=airflow")
    assert grouped.label == "file_user@127.0.0.1:3308/meta"
    assert "se#c" not in repr(grouped)


def test_an_option_file_that_is_no_text(tmp_path: Path) -> None:
    file = tmp_path / "my.cnf"
    file.write_bytes(b"\xff\xfe")
    finding = found(f"mysql://u@h/d?read_default_file={file}")
    assert isinstance(finding, Finding)
    assert "not UTF-8" in finding.message


def test_the_last_of_two_options_counts(tmp_path: Path) -> None:
    file = tmp_path / "my.cnf"
    file.write_text("[client]\nhost=a\n[other]\nhost=b\n[client]\nhost=c\nsocket='/a b.sock'\n")
    assert read_option_file(file, None) == {"host": "c", "socket": "/a b.sock"}
