"""What a MySQL or MariaDB server's refusal means, by its error number: the words may be in any language.

Source: MySQL 8.4 Error Message Reference, and MariaDB's errmsg-utf8.txt for numbers of its own (4000 and above).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from safeconduct.airflow.metadata import SUBJECT, TABLE
from safeconduct.airflow.metadata_reader import ReadFailed
from safeconduct.airflow.rules import DATABASE_UNREACHABLE
from safeconduct.model import Finding, Remedy, RemedyKind, Unjudged

if TYPE_CHECKING:
    from safeconduct.airflow.mysql_place import MysqlPlace

OTHER_LAYOUT = frozenset({1146, 1054})
"""No such table, no such column: whoever sees these asks what is there instead."""
TABLE_DENIED = frozenset({1142, 1143})
_NO_PLUGIN = frozenset({1251, 2059})
_LOGIN_DENIED = frozenset({1045, 1698})
_HOST_DENIED = 1130
_DATABASE_DENIED = 1044
_NO_DATABASE = 1049
_CLIENT_IN_WORDS = re.compile(r"'(?:[^'@]*'@')?(?P<host>[\w.:%-]+)'")
_PLAIN = {
    1040: "the server has no free connection left (max_connections)",
    1129: "the server blocks this client after too many broken connections (FLUSH HOSTS lifts it)",
    1203: "the account has used up its connections (max_user_connections)",
    1226: "the account has used up what it may do in an hour, or its connections",
    1862: "the password of the account has expired",
    1820: "the password of the account has expired",
    2026: "TLS cannot be agreed on",
    2061: "the account's way of proof wants TLS",
    3118: "the account is locked",
    3159: "the server lets nobody in without TLS (require_secure_transport)",
    4151: "the account is locked",
}


def refusal(place: MysqlPlace, number: int, words: str, account: str = "") -> ReadFailed:
    """The error as ReadFailed; `account` is the one that matched, `user@host`, where the server told it."""
    said = said_by_server(number, words)
    if number in _NO_PLUGIN:
        return ReadFailed(said, Unjudged(SUBJECT, f"it asks for a proof that cannot be given from here: {said}"))
    if number in _LOGIN_DENIED:
        return ReadFailed(said, _login_denied(place, said))
    if number == _HOST_DENIED:
        return ReadFailed(said, _host_denied(place, said))
    if number in TABLE_DENIED or number == _DATABASE_DENIED:
        return ReadFailed(said, _not_granted(place, number, said, account))
    if number == _NO_DATABASE:
        return ReadFailed(said, _no_database(place, said))
    return unreachable(_PLAIN.get(number, said), said)


def said_by_server(number: int, words: str) -> str:
    """The evidence: number and words, in one line."""
    return f"{number} {one_line(words)}" if number else one_line(words)


def unreachable(message: str, said: str = "", possible: tuple[str, ...] = ()) -> ReadFailed:
    """A trouble that has no remedy of its own."""
    return ReadFailed(said or message, _finding(message, said, possible))


def one_line(words: str) -> str:
    """The words with every run of blanks and line ends as one blank."""
    return " ".join(words.split())


def _login_denied(place: MysqlPlace, said: str) -> Finding:
    possible = (
        "the password is another than that in sql_alchemy_conn: try it by hand with the program mysql",
        "no account is meant for this login from this client: "
        f"SELECT user, host, plugin FROM mysql.user WHERE user = {_text(place.login)};",
        "TLS or a certificate is wanted: by the account (SHOW CREATE USER) or the server (require_secure_transport)",
    )
    how = "" if place.password else " without a password"
    remedies = _creation(
        _account(place.login, _client(said)), place, "no account is meant; PASSWORD is yours to choose"
    )
    return _finding(f"the server refused the login of {place.login}{how}", said, possible, remedies)


def _host_denied(place: MysqlPlace, said: str) -> Finding:
    client = _client(said)
    where = "" if client == "%" else f" {client}"
    remedies = _creation(_account(place.login, client), place, "PASSWORD is yours to choose")
    return _finding(f"no account of the server may come from this client{where}", said, (), remedies)


def _not_granted(place: MysqlPlace, number: int, said: str, account: str) -> Finding:
    user, _, host = account.rpartition("@") if account else (place.login, "", _client(said))
    what = f"enter the database {place.database}"
    if number in TABLE_DENIED:
        what = f"read the table {TABLE} of {place.database}"
    possible = (
        "it was granted no right to it",
        "it is not there, or the name in sql_alchemy_conn is wrong: MySQL tells that only to who may see it",
    )
    return _finding(f"{user} may not {what}", said, possible, (_grant(_account(user, host), place, "no right to it"),))


def _no_database(place: MysqlPlace, said: str) -> Finding:
    create = f"CREATE DATABASE {_name(place.database)} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;"
    return _finding(
        f"there is no database {place.database}",
        said,
        ("the name in sql_alchemy_conn is wrong: SHOW DATABASES;", "Airflow's database was never made"),
        (_sql(create, "it was never made; then run airflow db migrate"),),
    )


def _creation(account: str, place: MysqlPlace, when: str) -> tuple[Remedy, ...]:
    return _sql(f"CREATE USER {account} IDENTIFIED BY 'PASSWORD';", when), _grant(account, place, "for the new account")


def _grant(account: str, place: MysqlPlace, when: str) -> Remedy:
    return _sql(f"GRANT SELECT ON {_name(place.database)}.{_name(TABLE)} TO {account};", when)


def _finding(message: str, said: str, possible: tuple[str, ...] = (), remedies: tuple[Remedy, ...] = ()) -> Finding:
    evidence = {"error": said} if said else {}
    return DATABASE_UNREACHABLE.finding(SUBJECT, message, evidence=evidence, possible=possible, remedies=remedies)


def _client(said: str) -> str:
    """How the server calls us, which its words quote in every language; any host where they do not."""
    found = _CLIENT_IN_WORDS.search(said)
    return found["host"] if found else "%"


def _account(user: str, host: str) -> str:
    return f"{_text(user)}@{_text(host)}"


def _text(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def _name(value: str) -> str:
    return "`" + value.replace("`", "``") + "`"


def _sql(text: str, when: str) -> Remedy:
    return Remedy(RemedyKind.SQL, text, when=when)
