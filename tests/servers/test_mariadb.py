"""The MariaDB of the tests does what its verbs say."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import pymysql
import pytest

if TYPE_CHECKING:
    from tests.servers.mariadb import MariaDb


def login(server: MariaDb, user: str, password: str, **options: Any) -> pymysql.Connection[Any]:
    return pymysql.connect(host=server.host, port=server.port, user=user, password=password, **options)


def test_an_account_logs_in_with_its_password_only(mariadb: MariaDb) -> None:
    mariadb.create_user("etl", "ri'ght")
    login(mariadb, "etl", "ri'ght").close()
    with mariadb.log_contains("Access denied for user 'etl'@"), pytest.raises(pymysql.OperationalError):
        login(mariadb, "etl", "wrong")


def test_reset_takes_everything_back(mariadb: MariaDb) -> None:
    mariadb.create_user("etl", "x")
    mariadb.create_database("sa`les", "etl")
    mariadb.enable_tls()
    assert mariadb.sql("SELECT @@have_ssl") == [("YES",)]
    mariadb.reset()
    assert mariadb.sql("SELECT @@have_ssl") == [("DISABLED",)]
    assert mariadb.sql("SELECT user FROM mysql.user WHERE user = 'etl'") == []
    assert mariadb.log.text == ""
    mariadb.create_user("etl", "y")


def test_tls_is_served(mariadb: MariaDb) -> None:
    mariadb.create_user("etl", "x", options="REQUIRE SSL")
    authority = mariadb.enable_tls()
    verified = login(mariadb, "etl", "x", ssl_ca=str(authority.file), ssl_verify_cert=True)
    with closing(verified) as session, session.cursor() as cursor:
        cursor.execute("SHOW STATUS LIKE 'Ssl_version'")
        assert cursor.fetchall() == (("Ssl_version", "TLSv1.3"),)
