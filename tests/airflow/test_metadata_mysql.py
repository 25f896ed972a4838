"""A metadata database on a real MariaDB, read over PyMySQL, and explained where it cannot be read."""

from __future__ import annotations

import re
import time
from importlib.resources import files
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from safeconduct.airflow.database_url import parse_database_url
from safeconduct.airflow.metadata import MetadataDatabase
from safeconduct.airflow.metadata_mysql import MysqlReader, mysql_reader
from safeconduct.airflow.metadata_rows import ConnectionRow
from safeconduct.model import Finding, Secret, Unjudged
from tests.servers import hostile
from tests.servers.hostile import Hostile, SilentPort, drips, hangs_up, hears, says
from tests.servers.processes import free_port

if TYPE_CHECKING:
    from tests.servers.hostile import Deed
    from tests.servers.mariadb import MariaDb

PASSWORD = "Airflow-7"
# As `airflow db migrate` of 2.11.2 makes them.
DDL = """
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY);
INSERT INTO alembic_version VALUES ('5f2621c13b39');
CREATE TABLE connection (
  id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY, conn_id VARCHAR(250) NOT NULL, conn_type VARCHAR(500) NOT NULL,
  description TEXT, host VARCHAR(500), `schema` VARCHAR(500), login TEXT, password TEXT, port INTEGER,
  is_encrypted BOOL, is_extra_encrypted BOOL, extra TEXT, UNIQUE KEY connection_conn_id_uq (conn_id));
INSERT INTO connection (conn_id, conn_type, host, `schema`, port, password, is_encrypted, is_extra_encrypted)
VALUES ('warehouse', 'postgres', 'db', 'dwh', 5432, 'token', 1, NULL),
       ('Ärger "x" 50% \\\\', 'http', NULL, NULL, NULL, '🔑', 0, 0);
"""
ODD = 'Ärger "x" 50% \\'


def url_of(server: MariaDb, *, password: str = PASSWORD, name: str = "meta", query: str = "") -> str:
    return f"mysql+mysqldb://airflow:{quote(password)}@127.0.0.1:{server.port}/{name}{query}"


def reader_at(url: str, timeout: float = 5) -> MysqlReader | Finding | Unjudged:
    parsed = parse_database_url(Secret(url))
    assert parsed
    return mysql_reader(parsed, timeout, {})


def database(url: str, timeout: float = 5) -> MetadataDatabase:
    reader = reader_at(url, timeout)
    assert isinstance(reader, MysqlReader), reader
    return MetadataDatabase(reader)


def at_port(port: int, timeout: float = 0.5, query: str = "") -> MetadataDatabase:
    return database(f"mysql+pymysql://airflow:{PASSWORD}@127.0.0.1:{port}/meta{query}", timeout)


def refused(found: object) -> Finding:
    assert isinstance(found, Finding), found
    assert PASSWORD not in repr(found)
    return found


def unreachable(found: object) -> Finding:
    finding = refused(found)
    assert finding.rule == "airflow.metadata.unreachable"
    assert "rule" not in finding.evidence
    return finding


def fill(server: MariaDb, ddl: str = DDL, password: str = PASSWORD) -> None:
    server.create_user("airflow", password)
    server.create_database("meta", "airflow")
    server.sql(ddl, "meta")


@pytest.mark.parametrize("driver", ["mysql", "mysql+mysqldb", "mysql+pymysql", "mysql+mysqlconnector", "mariadb"])
def test_rows_come_as_they_are_stored(mariadb: MariaDb, driver: str) -> None:
    fill(mariadb)
    meta = database(url_of(mariadb, query="?charset=utf8mb4").replace("mysql+mysqldb", driver))
    assert meta.label == f"MySQL airflow@127.0.0.1:{mariadb.port}/meta"
    row = meta.row("warehouse")
    assert isinstance(row, ConnectionRow)
    assert (row.host, row.schema, row.port, row.login) == ("db", "dwh", 5432, None)
    assert (row.is_encrypted, row.is_extra_encrypted) == (True, False)
    assert row.password == Secret("token")
    assert meta.row("nothing") is None
    odd = meta.row(ODD)
    assert isinstance(odd, ConnectionRow)
    assert (odd.conn_id, odd.host, odd.password) == (ODD, None, Secret("🔑"))
    assert meta.conn_ids() == ("warehouse", ODD) or meta.conn_ids() == (ODD, "warehouse")
    assert meta.rows() != []


@pytest.mark.parametrize(
    "mode", ["", "ANSI", "ORACLE", "ANSI_QUOTES,NO_BACKSLASH_ESCAPES", "TRADITIONAL,HIGH_NOT_PRECEDENCE"]
)
def test_in_every_sql_mode(mariadb: MariaDb, mode: str) -> None:
    fill(mariadb)
    mariadb.sql(f"SET GLOBAL sql_mode = '{mode}'")
    try:
        meta = database(url_of(mariadb))
        found = [meta.row(name) for name in ("warehouse", ODD, "it's", "\\' OR 1=1 -- ")]
        assert [isinstance(row, ConnectionRow) for row in found] == [True, True, False, False]
        mariadb.sql("ALTER TABLE connection DROP COLUMN extra", "meta")
        assert refused(meta.rows()).rule == "airflow.metadata.other-version"
    finally:
        mariadb.sql("SET GLOBAL sql_mode = DEFAULT")


@pytest.mark.parametrize(
    "change",
    [
        "CONVERT TO CHARACTER SET latin1",
        "CONVERT TO CHARACTER SET utf8mb3 COLLATE utf8mb3_bin",
        "CONVERT TO CHARACTER SET ucs2",
        "MODIFY conn_id VARBINARY(250), MODIFY password BLOB, MODIFY extra LONGBLOB",
        "MODIFY conn_id VARCHAR(250) COLLATE utf8mb4_bin, MODIFY port VARCHAR(9), MODIFY is_encrypted CHAR(1)",
    ],
)
def test_odd_collations_and_binary_columns(mariadb: MariaDb, change: str) -> None:
    fill(mariadb)
    mariadb.sql("UPDATE connection SET password = 'Schlüssel' WHERE password <> 'token'", "meta")
    mariadb.sql(f"ALTER TABLE connection {change}", "meta")
    meta = database(url_of(mariadb))
    odd = meta.row(ODD)
    assert isinstance(odd, ConnectionRow)
    assert (odd.conn_id, odd.password) == (ODD, Secret("Schlüssel"))
    assert meta.row("☃ not in latin1") is None
    assert isinstance(row := meta.row("warehouse"), ConnectionRow)
    assert (row.port, row.is_encrypted) == (5432, True)


def test_bytes_that_are_no_utf_8_do_not_hide_the_other_rows(mariadb: MariaDb) -> None:
    fill(mariadb)
    mariadb.sql("ALTER TABLE connection MODIFY extra BLOB", "meta")
    mariadb.sql("UPDATE connection SET extra = x'ff00fe' WHERE conn_id = 'warehouse'", "meta")
    rows = database(url_of(mariadb)).rows()
    assert isinstance(rows, list)
    assert {row.conn_id: row.extra for row in rows}["warehouse"] == Secret("\ufffd\0\ufffd")


@pytest.mark.parametrize("name", ["connection.sql", "connections.sql"])
def test_no_column_stands_bare_where_mysql_reserves_its_name(name: str) -> None:
    """MySQL reserves `schema`, which MariaDB does not; behind a dot any word is a name to both."""
    statement = (files("safeconduct.airflow") / "sql" / name).read_text("utf-8")
    asked = re.sub(r"--.*", "", statement).partition("FROM")[0]
    assert re.findall(r"(?<![.\w])(?!SELECT|c\.)\w+", asked) == []
    assert "c.schema" in asked


def test_through_the_unix_socket(mariadb: MariaDb) -> None:
    fill(mariadb)
    for host in ("", "localhost"):
        meta = database(f"mysql://airflow:{PASSWORD}@{host}/meta?unix_socket={mariadb.socket}")
        assert meta.label == f"MySQL airflow@[{mariadb.socket}]/meta"
        assert isinstance(meta.row("warehouse"), ConnectionRow)


def test_a_password_beyond_ascii_is_sent_as_its_driver_does(mariadb: MariaDb) -> None:
    fill(mariadb, password="Schlüssel ☃")
    assert isinstance(database(url_of(mariadb, password="Schlüssel ☃")).rows(), list)
    finding = refused(reader_at(url_of(mariadb, password="Schlüssel ☃").replace("mysqldb", "pymysql")))
    assert finding.rule == "airflow.metadata.malformed"


def test_tls_is_taken_where_it_is_offered_and_certificates_are_looked_at(mariadb: MariaDb) -> None:
    fill(mariadb)
    assert "the server has none" in unreachable(database(url_of(mariadb, query="?ssl_mode=REQUIRED")).rows()).message
    authority = mariadb.enable_tls("127.0.0.1")
    mariadb.sql("ALTER USER airflow@'%' REQUIRE SSL")
    ours = f"ssl_ca={authority.file}"
    for query in ("", "ssl_mode=REQUIRED", f"{ours}&ssl_mode=VERIFY_IDENTITY", ours):
        assert isinstance(database(url_of(mariadb, query=f"?{query}")).rows(), list), query
    for query in ("ssl_mode=DISABLED", "ssl_disabled=true"):
        finding = unreachable(database(url_of(mariadb, query=f"?{query}")).rows())
        assert finding.evidence["error"].startswith("1045 ")
        assert any("SHOW CREATE USER" in cause for cause in finding.possible)
    finding = unreachable(database(url_of(mariadb, query="?ssl_mode=VERIFY_CA")).rows())
    assert "TLS cannot be agreed on" in finding.message
    assert "certificate verify failed" in finding.evidence["error"]
    other = url_of(mariadb, query=f"?{ours}&ssl_verify_identity=1").replace("127.0.0.1", "localhost")
    named = unreachable(database(other.replace("mysqldb", "pymysql")).rows())
    assert "localhost" in named.evidence["error"]


def test_a_client_certificate_is_shown(mariadb: MariaDb) -> None:
    fill(mariadb)
    authority = mariadb.enable_tls()
    mariadb.sql("ALTER USER airflow@'%' REQUIRE X509")
    mine = authority.issue("airflow")
    query = f"?ssl_ca={authority.file}&ssl_cert={mine.chain}&ssl_key={mine.key}"
    assert isinstance(database(url_of(mariadb, query=query)).rows(), list)
    assert unreachable(database(url_of(mariadb)).rows()).evidence["error"].startswith("1045 ")
    gone = unreachable(database(url_of(mariadb, query=query.replace(".crt", ".gone"))).rows())
    assert "the TLS options cannot be used: ssl_ca=" in gone.message


def test_a_server_that_insists_on_tls(mariadb: MariaDb) -> None:
    fill(mariadb)
    mariadb.enable_tls()
    mariadb.conf({"require-secure-transport": "ON"})
    finding = unreachable(database(url_of(mariadb, query="?ssl_mode=DISABLED")).rows())
    assert any("require_secure_transport" in cause for cause in finding.possible)
    assert isinstance(database(url_of(mariadb)).rows(), list)


def test_a_refused_password_is_sent_once(mariadb: MariaDb) -> None:
    fill(mariadb)
    meta = database(url_of(mariadb, password="another"))
    with mariadb.log_contains("Access denied"):
        first = unreachable(meta.row("warehouse"))
    assert (meta.rows(), meta.conn_ids()) == (first, first)
    assert mariadb.log.text.count("Access denied") == 1
    assert "another'" not in repr(first)
    assert first.evidence["error"].startswith("1045 Access denied for user 'airflow'@")
    assert "CREATE USER 'airflow'@'127.0.0.1' IDENTIFIED BY 'PASSWORD';" in [each.text for each in first.remedies]


def test_no_account_for_this_client(mariadb: MariaDb) -> None:
    mariadb.create_user("airflow", PASSWORD, "10.9.8.7")
    mariadb.create_database("meta")
    mariadb.sql("CREATE TABLE connection (id INT)", "meta")
    finding = unreachable(database(url_of(mariadb)).rows())
    assert finding.evidence["error"].startswith(("1130 ", "1045 "))
    create, grant = [each.text for each in finding.remedies]
    mariadb.sql(create.replace("'PASSWORD'", f"'{PASSWORD}'"))
    mariadb.sql(grant)
    assert refused(database(url_of(mariadb)).rows()).rule == "airflow.metadata.other-version"


@pytest.mark.parametrize("rights", ["", "GRANT SELECT (conn_id) ON meta.connection TO airflow@'%'"])
def test_what_may_not_be_read_is_granted_by_the_remedy(mariadb: MariaDb, rights: str) -> None:
    fill(mariadb)
    mariadb.sql("REVOKE ALL ON meta.* FROM airflow@'%'; GRANT SELECT ON meta.alembic_version TO airflow@'%'")
    mariadb.sql(rights or "DO 0")
    finding = unreachable(database(url_of(mariadb)).rows())
    assert finding.evidence["error"][:4] in ("1142", "1143")
    (remedy,) = finding.remedies
    assert remedy.text == "GRANT SELECT ON `meta`.`connection` TO 'airflow'@'%';"
    mariadb.sql(remedy.text)
    assert isinstance(database(url_of(mariadb)).rows(), list)


def test_a_database_that_may_not_be_entered(mariadb: MariaDb) -> None:
    fill(mariadb)
    mariadb.sql("REVOKE ALL ON meta.* FROM airflow@'%'")
    finding = unreachable(database(url_of(mariadb)).rows())
    assert finding.evidence["error"].startswith("1044 ")
    mariadb.sql(finding.remedies[0].text)
    assert isinstance(database(url_of(mariadb)).rows(), list)


def test_a_database_that_is_not_there_and_one_that_is_not_airflows(mariadb: MariaDb) -> None:
    mariadb.create_user("airflow", PASSWORD)
    mariadb.sql("GRANT ALL ON *.* TO airflow@'%'")
    finding = unreachable(database(url_of(mariadb)).rows())
    assert finding.evidence["error"].startswith("1049 ")
    assert finding.message.endswith("there is no database meta")
    mariadb.sql(finding.remedies[0].text)
    foreign = refused(database(url_of(mariadb)).rows())
    assert (foreign.rule, foreign.evidence["error"][:4]) == ("airflow.metadata.not-airflow", "1146")


def test_another_version(mariadb: MariaDb) -> None:
    fill(mariadb)
    mariadb.sql("ALTER TABLE connection DROP COLUMN description", "meta")
    finding = refused(database(url_of(mariadb)).rows())
    assert finding.rule == "airflow.metadata.other-version"
    assert (finding.evidence["error"][:4], finding.evidence["columns missing"]) == ("1054", "description")
    assert finding.evidence["alembic version"] == "5f2621c13b39"


def test_no_connection_is_left(mariadb: MariaDb) -> None:
    fill(mariadb)
    mariadb.conf({"max-connections": "10", "extra-max-connections": "1"})
    held = [mariadb.superuser() for _ in range(10)]
    finding = unreachable(database(url_of(mariadb)).rows())
    assert finding.evidence["error"].startswith("1040 ")
    assert "max_connections" in finding.message
    for session in held:
        session.close()


def test_the_servers_language_does_not_matter(mariadb: MariaDb) -> None:
    fill(mariadb)
    mariadb.conf({"lc-messages": "de_DE"})
    finding = unreachable(database(url_of(mariadb, password="another")).rows())
    assert "Benutzer" in finding.evidence["error"]
    assert finding.message.endswith("the server refused the login of airflow")


def test_an_account_that_asks_for_a_proof_that_is_not_spoken(mariadb: MariaDb) -> None:
    fill(mariadb)
    mariadb.sql("INSTALL SONAME 'auth_ed25519'")
    try:
        mariadb.sql(f"ALTER USER airflow@'%' IDENTIFIED VIA ed25519 USING PASSWORD('{PASSWORD}')")
        found = database(url_of(mariadb)).rows()
        assert isinstance(found, (Unjudged, list))
        assert isinstance(found, list) or "pynacl" in found.reason
    finally:
        mariadb.sql("DROP USER airflow@'%'; UNINSTALL SONAME 'auth_ed25519'")


def test_a_table_that_is_locked_ends_in_time(mariadb: MariaDb) -> None:
    fill(mariadb)
    holder = mariadb.superuser("meta")
    holder.cursor().execute("LOCK TABLES connection WRITE")
    began = time.monotonic()
    finding = unreachable(at_port(mariadb.port).rows())
    assert time.monotonic() - began < 2
    assert "did not answer within 0.5 s" in finding.message
    holder.close()


def test_nobody_listens() -> None:
    assert "nothing listens there" in unreachable(at_port(free_port()).rows()).message


GREETING = hostile.mysql_greeting()
TLS_GREETING = GREETING.replace(b"\xff\xf7\xff\2", b"\xff\xff\xff\2")


def packet(number: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3, "little") + bytes([number]) + payload


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (hostile.NEVER_ANSWERS, "did not answer within 0.5 s"),
        (hostile.HANGS_UP, "without a greeting"),
        (hostile.SSH, "no MySQL server"),
        (hostile.GARBAGE, "did not answer within 0.5 s"),
        ((says(bytes(range(128, 256)) * 8),), "no MySQL server"),
        ((says(GREETING[:20]),), "did not answer within 0.5 s"),
        ((drips(GREETING, every=0.1),), "did not answer within 0.5 s"),
        ((says(packet(0, b"\x0a8.0\0")),), "no MySQL server"),
        ((says(GREETING), hears(), hangs_up()), "the connection broke off"),
        ((says(GREETING), hears(), drips(b"\x60\0\0\2" + bytes(99), 0.1)), "did not answer within"),
        ((says(GREETING), hears(), says(packet(2, b"")), hears()), ""),
        ((says(GREETING), hears(), says(packet(2, b"\xff")), hears()), ""),
        ((says(GREETING), hears(), says(b"\xff" * 999), hears()), ""),
        ((says(TLS_GREETING), hears(), says(b"no TLS at all, and many more bytes of it"), hears()), "TLS"),
        ((says(TLS_GREETING), hears()), "did not answer within 0.5 s"),
        ((says(packet(0, b"\xff\x10\x04#08004Too many connections")), hangs_up()), "max_connections"),
        ((says(GREETING), hears(), says(packet(2, b"\xff\x7a\x04#42S02no such table")), hears()), "no such table"),
        ((says(packet(0, b"\xff\x6a\x04Host '10.0.0.7' is not allowed")), hangs_up()), "this client 10.0.0.7"),
    ],
)
def test_servers_that_misbehave_end_in_time(script: tuple[Deed, ...], words: str) -> None:
    with Hostile(*script) as server:
        began = time.monotonic()
        finding = unreachable(at_port(server.port).rows())
        assert time.monotonic() - began < 2.5
        assert words in finding.message
        assert len(server.conversations) == 1
        assert PASSWORD.encode() not in server.heard


def test_a_port_that_answers_nobody() -> None:
    with SilentPort() as silent:
        assert "did not answer within 0.5 s" in unreachable(at_port(silent.port).rows()).message


@pytest.mark.parametrize("plugin", [b"mysql_clear_password", b"dialog"])
def test_the_password_never_leaves_in_clear_text_without_tls(plugin: bytes) -> None:
    script = (says(GREETING), hears(), says(packet(2, b"\xfe" + plugin + b"\0\4Password: ")), hears())
    with Hostile(*script) as server:
        found = at_port(server.port).rows()
        assert isinstance(found, Unjudged)
        assert "clear text" in found.reason
        assert PASSWORD.encode() not in server.heard


def test_a_server_may_not_ask_for_our_files() -> None:
    ok = packet(2, b"\0\0\0\2\0\0\0")
    script = (says(GREETING), hears(), says(ok), hears(), says(packet(1, b"\xfb/etc/passwd")), hears())
    with Hostile(*script) as server:
        assert not isinstance(at_port(server.port).rows(), list)
        assert b"root:" not in server.heard


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pymysql", None)
    found = reader_at("mysql://airflow:x@db/meta")
    assert isinstance(found, Unjudged)
    assert found.reason == ("MySQL airflow@db:3306/meta needs a driver to be read: pip install 'safeconduct[mysql]'")
