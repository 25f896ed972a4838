"""What an exception in a task's log says of PostgreSQL.

Read by structure as far as there is any, since libpq and the server speak many languages: the class of the exception
(its name stands for the SQLSTATE), quoted values in their order, the severity before two spaces.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from safeconduct.airflow.task_log_failure import FailureKind, TaskFailure
from safeconduct.airflow.task_log_sqlstates import sqlstate_of
from safeconduct.airflow.task_log_statement import quoted_statement
from safeconduct.masking import Masker
from safeconduct.model import MASK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_DRIVERS = frozenset({"psycopg2", "psycopg", "psycopg_pool", "asyncpg", "aiopg", "pg8000"})
_DRIVER_FOLDER = re.compile(r"[/\\](psycopg2|psycopg|psycopg_pool|asyncpg|aiopg|pg8000)[/\\]")
_SYSTEM = frozenset({"ConnectionRefusedError", "TimeoutError", "OSError", "socket.gaierror", "gaierror",
                     "asyncio.exceptions.TimeoutError", "ConnectionResetError", "asyncio.TimeoutError"})  # fmt: skip
_WRAPPED = re.compile(r"\((?P<name>[A-Za-z_][\w.]{2,200})\) (?:<class '(?P<inner>[\w.]+)'>: )?(?P<text>.*)", re.S)

# libpq since 14: `connection to server at "host" (address), port 5432 failed: ...`; translated, quotes and order stay.
_OPENING, _CLOSING = '["»«„“”「]', '["«»“”」]'
_ATTEMPT = re.compile(
    rf"[^\n\"»«„“”「]{{0,80}}{_OPENING}\s?(?P<host>[^\s\"»«“”」]{{1,255}})\s?{_CLOSING}"
    r"(?: ?\((?P<address>[0-9A-Fa-f.:%\w]{2,60})\))?[,、上 ][^\d\n\"]{0,40}?(?P<port>\d{1,5})[^\n:：]{0,60}?[:：] ?"
    r"(?P<rest>.*)"
)
_SOCKET = re.compile(r'connection to server on socket "(?P<host>[^"]+)" failed: (?P<rest>.*)')
# libpq up to 13 says the host after the reason.
_OLD = re.compile(
    r'host "(?P<host>[^"]+)"(?: \((?P<address>[^)]+)\))? and accepting\s+TCP/IP connections on port (?P<port>\d+)'
)
_NO_NAME = re.compile(r"(?:could not translate host name \"|failed to resolve host ')(?P<host>[^\"']+)[\"']")
_CALL = re.compile(r"\('(?P<host>[^']+)', (?P<port>\d{1,5})")
_SEVERITY = re.compile(r"(?P<word>[^\W\d_]{2,20}) ?:(?:  | ?(?<=FATAL:))")
_USER = re.compile(r'(?:for user|role|, user) "(?P<user>[^"]+)"')
_DATABASE = re.compile(r'database "(?P<database>[^"]+)"')
_OBJECT = re.compile(
    r"permission denied for (?P<kind>table|view|materialized view|sequence|schema|function|procedure|relation|"
    r"database|type|language|foreign server|large object|column) (?P<name>[^\n]+)|"
    r"(?:must be owner of (?P<owned>[a-z ]+?) (?P<whose>[^\s]+))|"
    r'(?P<absent>relation|schema|function|column|type|role|database) "?(?P<missing>[^"\n]+?)"? does not exist'
)
_VALUE = re.compile(rf"{_OPENING}.*{_CLOSING}")
_LONGEST = 2000


@dataclass
class Raised:
    """An exception: its class as named, its text as numbered lines, and the files of its traceback."""

    name: str
    lines: list[tuple[int, str]]
    files: frozenset[str] = frozenset()


def is_of_a_driver(name: str, files: Iterable[str]) -> bool:
    """Whether an exception of this class may have to do with PostgreSQL, given where it was raised."""
    root = name.partition(".")[0]
    if root in _DRIVERS or name.startswith("sqlalchemy.exc."):
        return True
    return name in _SYSTEM and _driver_of(files) == "asyncpg"


def failures_of(raised: Raised) -> Iterator[TaskFailure]:
    """The failures that the exception tells of: one, one for each attempt to connect, or none."""
    if not raised.lines:
        return
    name, lines = _unwrapped(raised)
    # An error with a class of its own comes from a session; other texts may tell of attempts to open one.
    attempts = [] if sqlstate_of(name) or ".errors." in name else list(_attempts(lines))
    exception = name or None
    if attempts:
        for number, text, attempt in attempts:
            yield _attempted(number, text, attempt, exception)
        return
    number, message = lines[0]
    if _is_drivers(name, raised):
        statement = quoted_statement("\n".join(text for _, text in raised.lines))
        if failure := _otherwise(number, message, lines, name, raised):
            yield _with_statement(failure, statement)


def _unwrapped(raised: Raised) -> tuple[str, list[tuple[int, str]]]:
    """The driver's own exception, where SQLAlchemy put its around it."""
    number, first = raised.lines[0]
    if found := _WRAPPED.match(first):
        return found["inner"] or found["name"], [(number, found["text"]), *raised.lines[1:]]
    return raised.name, raised.lines


def _attempts(lines: list[tuple[int, str]]) -> Iterator[tuple[int, str, re.Match[str]]]:
    for number, text in lines:
        if text.startswith(("[SQL:", "[parameters:")):
            return
        if found := _ATTEMPT.search(text[:_LONGEST]) or _SOCKET.search(text[:_LONGEST]):
            yield number, text, found


def _attempted(number: int, text: str, found: re.Match[str], exception: str | None) -> TaskFailure:
    told = found.groupdict()
    rest = found["rest"]
    refused = bool(_SEVERITY.match(rest))
    return TaskFailure(
        line=number,
        message=_message(text[found.start() :] if not exception else text),
        kind=FailureKind.LOGIN_REFUSED if refused else FailureKind.UNREACHABLE,
        exception=exception,
        sqlstate=sqlstate_of(exception or ""),
        user=_group(_USER, rest),
        database=_group(_DATABASE, rest),
        host=told["host"],
        address=told.get("address"),
        port=_port(told.get("port")),
    )


def _is_drivers(name: str, raised: Raised) -> bool:
    root = name.partition(".")[0]
    if root in _DRIVERS or raised.name in _SYSTEM:
        return root in _DRIVERS or _driver_of(raised.files) == "asyncpg"
    if not name or "." in name:
        return False
    # Airflow 3 names the class without its module: the name itself, or where it was raised, has to tell.
    return _driver_of(raised.files) is not None or (sqlstate_of(name) is not None and name != "SyntaxError")


def _otherwise(
    number: int, message: str, lines: list[tuple[int, str]], name: str, raised: Raised
) -> TaskFailure | None:
    text = "\n".join(line for _, line in lines[:10])[:_LONGEST]
    place = _OLD.search(text) or _NO_NAME.search(text) or (_CALL.search(text) if raised.name in _SYSTEM else None)
    told = place.groupdict() if place else {}
    kind = _kind(message, name, raised, unreachable=place is not None)
    if kind is None:
        return None
    found = _OBJECT.search(message) if kind is FailureKind.STATEMENT_REFUSED else None
    is_login = kind is FailureKind.LOGIN_REFUSED
    return TaskFailure(
        line=number,
        message=_message(message, sqlstate_of(name)),
        kind=kind,
        exception=name or None,
        sqlstate=sqlstate_of(name),
        user=_group(_USER, message) if is_login else None,
        database=_group(_DATABASE, message) if is_login else None,
        host=told.get("host"),
        address=told.get("address"),
        port=_port(told.get("port")),
        object_kind=(found["kind"] or found["owned"] or found["absent"]) if found else None,
        object_name=(found["name"] or found["whose"] or found["missing"]) if found else None,
    )


def _kind(message: str, name: str, raised: Raised, *, unreachable: bool) -> FailureKind | None:
    state = sqlstate_of(name)
    if unreachable or raised.name in _SYSTEM or (state and state.startswith(("08", "57P")) and state != "57P03"):
        return FailureKind.UNREACHABLE
    if (state and (state.startswith("28") or state in {"3D000", "53300", "57P03"})) or _SEVERITY.match(message):
        return FailureKind.LOGIN_REFUSED
    if state or ".errors." in name or ".exceptions." in name:
        return FailureKind.STATEMENT_REFUSED
    # A driver's general class: libpq's words about a connection that broke, or a mistake in the use of the driver.
    return FailureKind.UNREACHABLE if name.endswith("OperationalError") else None


def _with_statement(failure: TaskFailure, statement: str | None) -> TaskFailure:
    return replace(failure, statement=statement, is_exact=True) if statement else failure


def _driver_of(files: Iterable[str]) -> str | None:
    return next((found[1] for file in sorted(files) if (found := _DRIVER_FOLDER.search(file))), None)


def _message(text: str, sqlstate: str | None = None) -> str:
    """One line. Errors about data (class 22) quote a value, which may be a statement's parameter: it is hidden."""
    line = text[:_LONGEST].split("\n", 1)[0].strip()
    if sqlstate and sqlstate.startswith("22"):
        line = _VALUE.sub(MASK, line)
    return Masker().text(line)


def _group(pattern: re.Pattern[str], text: str) -> str | None:
    found = pattern.search(text)
    return found[1] if found else None


def _port(text: str | None) -> int | None:
    return int(text) if text and 0 < int(text) < 65536 else None
