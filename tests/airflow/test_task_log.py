"""Failures are found in the logs of real tasks, and nothing is found where there is none."""

from __future__ import annotations

import json
import os
import re
import time
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg.errors
import pytest

from safeconduct.airflow.task_log import FailureKind, LogUnreadable, TaskFailure, find_failures
from safeconduct.airflow.task_log_sqlstates import SQLSTATES
from tests.airflow.failing_tasks import CLOSED_PORT, PARAMETER, PASSWORD, TASKS, log_of, prepare
from tests.airflow.record_task_logs import RECORDED, VERSIONS

if TYPE_CHECKING:
    from tests.servers.fixtures import AirflowHomes
    from tests.servers.postgres import Postgres

LOGIN, STATEMENT, AWAY = FailureKind.LOGIN_REFUSED, FailureKind.STATEMENT_REFUSED, FailureKind.UNREACHABLE
REFUSED = 'FATAL:  password authentication failed for user "etl"'
KINDS = {
    **dict.fromkeys(("login_refused", "login_by_sqlalchemy", "folded"), LOGIN),
    **dict.fromkeys(("by_sqlalchemy", "by_asyncpg", "statement_refused"), STATEMENT),
    **dict.fromkeys(("unreachable", "no_such_host"), AWAY),
}
STATEMENT_BY_NUMBER = "SELECT * FROM sales.orders WHERE id = $1"
STATEMENTS = {
    "by_sqlalchemy": "INSERT INTO sales.orders VALUES (%(id)s)",
    "statement_refused": "SELECT * FROM sales.orders WHERE customer = %(name)s",
}
CONN_IDS = {"login_refused": "wrong_password", "login_by_sqlalchemy": "wrong_password", "folded": "wrong_password",
            "unreachable": "wrong_port", "no_such_host": "wrong_host"}  # fmt: skip


def the_one(log: str | Path) -> TaskFailure:
    failures = find_failures(log)
    assert len(failures) == 1, failures
    return failures[0]


def check(failure: TaskFailure, task: str) -> None:
    assert failure.kind is KINDS[task]
    assert failure.statement == STATEMENTS.get(task)
    assert PARAMETER not in str(failure)
    if failure.kind is LOGIN:
        assert (failure.user, failure.host) == ("etl", "127.0.0.1")
        assert failure.message.endswith(REFUSED)
    if failure.kind is STATEMENT:
        assert failure.sqlstate == "42501"
        assert (failure.object_kind, failure.object_name) == ("table", "orders")
    if task == "unreachable":
        assert (failure.host, failure.port) == ("127.0.0.1", CLOSED_PORT)
    if task == "no_such_host":
        assert (failure.host, failure.port) == ("db.invalid", None)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("folder", [*VERSIONS, "supervised"])
def test_logs_of_real_tasks(folder: str, task: str) -> None:
    log = RECORDED / folder / f"{task}.log"
    failure = the_one(log)
    check(failure, task)
    assert failure.message.split("FATAL")[0][:30] in log.read_text().splitlines()[failure.line - 1].replace("\\", "")
    if failure.kind is LOGIN:
        assert failure.port == 5432
    if folder == "2.11.2":
        assert failure.conn_ids == (CONN_IDS.get(task, "warehouse"),)
    if folder == "3.3.2" and task in CONN_IDS:
        assert failure.conn_ids == (CONN_IDS[task],), "from the source lines of the traceback"


def test_the_recorded_logs_name_no_machine() -> None:
    for log in RECORDED.rglob("*.log"):
        assert not re.search(r"/(?:root|home|tmp|work|var)/|s3cr3t", log.read_text()), log


SOME_VERSIONS = [pytest.param(one, marks=[pytest.mark.soak] if one == "3.3.2" else []) for one in VERSIONS]
"""That of 3.3 takes as long as all the others; its recorded logs are read above."""


@pytest.mark.parametrize("version", SOME_VERSIONS)
def test_tasks_of_a_real_airflow(version: str, airflow_homes: AirflowHomes, postgres: Postgres, tmp_path: Path) -> None:
    airflow = airflow_homes.lend(version, tmp_path / "airflow")
    prepare(airflow, postgres)
    log = log_of(airflow, "twice")
    login, statement = find_failures(log)
    check(login, "login_refused")
    assert (login.port, login.conn_ids) == (postgres.port, ("wrong_password",))
    assert (statement.kind, statement.sqlstate, statement.object_name) == (STATEMENT, "42501", "orders")
    assert statement.statement == "DELETE FROM sales.orders WHERE id = %s"
    assert statement.conn_ids == ("warehouse", "wrong_password")
    assert PARAMETER not in str(statement)
    assert PASSWORD not in log


def test_the_sqlstates_are_those_of_the_driver() -> None:
    assert {name: psycopg.errors.lookup(state).__name__ for name, state in SQLSTATES.items()} == {
        name: name for name in SQLSTATES
    }


PLAIN = (RECORDED / "2.11.2" / "login_refused.log").read_text()


@pytest.mark.parametrize(
    "around",
    [
        lambda line: f"\x1b[31m{line}\x1b[0m",
        lambda line: f"2026-01-01T10:00:00.123456789Z stdout F {line}",
        lambda line: f"airflow-worker-1  | {line}",
        lambda line: f"[pod/load-abc/base] {line}",
        lambda line: f"{line}\r",
    ],
    ids=["colours", "CRI", "Compose", "kubectl", "Windows"],
)
def test_what_stands_around_lines_does_not_matter(around: object) -> None:
    assert callable(around)
    wrapped = "\n".join(around(line) for line in PLAIN.splitlines())
    assert find_failures(wrapped) == find_failures(PLAIN)


def test_headers_of_remote_logs_do_not_matter() -> None:
    header = (
        "worker\n*** Found logs in s3:\n***   * s3://logs/dag_id=load/attempt=1.log\n*** Reading remote log from x\n"
    )
    (failure,) = find_failures(header + PLAIN)
    assert failure.line == find_failures(PLAIN)[0].line + 4


def test_lines_of_a_pod() -> None:
    head = "[2026-01-01T10:00:00.000+0000] {pod_manager.py:472} INFO - [base] "
    said = f'psycopg2.OperationalError: connection to server at "db" (10.0.0.1), port 5432 failed: {REFUSED}'
    log = f"{head}Traceback (most recent call last):\n{head}{said}\n"
    failure = the_one(log)
    assert (failure.host, failure.address, failure.port, failure.exception) == (
        "db", "10.0.0.1", 5432, "psycopg2.OperationalError",
    )  # fmt: skip


def raised(text: str) -> str:
    return (
        f"[2026-01-01T10:00:00.000+0000] {{t.py:1}} ERROR - Task failed\nTraceback (most recent call last):\n{text}\n"
    )


def test_attempts_joined_in_one_text() -> None:
    first, second = find_failures(
        raised(
            'psycopg2.OperationalError: connection to server at "localhost" (::1), port 5432 failed: '
            "Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?\n"
            f'connection to server at "localhost" (127.0.0.1), port 5432 failed: {REFUSED}\n'
        )
    )
    assert (first.kind, first.address, first.line) == (AWAY, "::1", 3)
    assert (second.kind, second.address, second.line) == (LOGIN, "127.0.0.1", 5)


def test_attempts_as_psycopg_joins_them() -> None:
    said = "psycopg.OperationalError: connection failed: x\nMultiple connection attempts failed. All failures were:\n"
    each = "- host: 'a', port: '5432', hostaddr: '{0}': connection failed: "
    each += 'connection to server at "{0}", port 5432 failed: {1}\n'
    text = raised(said + each.format("10.0.0.1", "timeout expired") + each.format("10.0.0.2", REFUSED))
    assert [(f.kind, f.host) for f in find_failures(text)] == [(AWAY, "10.0.0.1"), (LOGIN, "10.0.0.2")]


# libpq's own translations, and the severity that the server's FATAL is in them.
TRANSLATED = (
    "Verbindung zum Server auf »db« (10.0.0.1), Port 5432 fehlgeschlagen: FATAL:  Passwort-Authentifizierung für »etl«",
    "falló la conexión al servidor en «db» (10.0.0.1), puerto 5432: FATAL:  la autentificación falló",
    "la connexion au serveur sur «\u00a0db\u00a0» (10.0.0.1), port 5432 a échoué\u00a0: FATAL:  authentification",
    'connessione al server su "db" (10.0.0.1), porta 5432 non riuscita: FATALE:  autenticazione fallita',
    '"db"(10.0.0.1)、ポート5432のサーバーへの接続に失敗しました: FATAL:  認証に失敗しました',
    'подключиться к серверу "db" (10.0.0.1), порту 5432 не удалось: ВАЖНО:  пользователь не прошёл проверку',
    '连接到"db" (10.0.0.1)上的服务器，端口5432失败：致命错误:  认证失败',
)


@pytest.mark.parametrize("text", TRANSLATED)
def test_other_languages_are_read_by_structure(text: str) -> None:
    failure = the_one(raised(f"psycopg2.OperationalError: {text}\n"))
    assert (failure.kind, failure.host, failure.address, failure.port) == (LOGIN, "db", "10.0.0.1", 5432)
    assert failure.user is None
    refused = the_one(raised("psycopg2.OperationalError: " + re.split(r"\w+:  ", text)[0] + "Verbindung abgelehnt\n"))
    assert (refused.kind, refused.host) == (AWAY, "db")


@pytest.mark.parametrize(
    ("text", "kind", "told"),
    [
        ('psycopg2.OperationalError: FATAL:  database "dwh" does not exist', LOGIN, {"database": "dwh"}),
        (
            "psycopg2.OperationalError: could not connect to server: Connection refused\n"
            '\tIs the server running on host "db" (10.0.0.1) and accepting\n\tTCP/IP connections on port 5433?',
            AWAY,
            {"host": "db", "address": "10.0.0.1", "port": 5433},
        ),
        (
            'psycopg2.OperationalError: connection to server on socket "/run/x/.s.PGSQL.5432" failed: '
            'FATAL:  role "etl" does not exist',
            LOGIN,
            {"host": "/run/x/.s.PGSQL.5432", "user": "etl"},
        ),
        (
            'asyncpg.exceptions.InvalidPasswordError: password authentication failed for user "etl"',
            LOGIN,
            {"user": "etl", "sqlstate": "28P01"},
        ),
        (
            '  File "/x/site-packages/asyncpg/connect_utils.py", line 3, in c\n'
            "ConnectionRefusedError: [Errno 111] Connect call failed ('10.0.0.1', 5432)",
            AWAY,
            {"host": "10.0.0.1", "port": 5432},
        ),
        (
            "sqlalchemy.exc.ProgrammingError: (sqlalchemy.dialects.postgresql.asyncpg.ProgrammingError) "
            "<class 'asyncpg.exceptions.UndefinedTableError'>: relation \"sales.orders\" does not exist\n"
            "[SQL: SELECT * FROM sales.orders WHERE id = $1]\n[parameters: ('hunter2',)]",
            STATEMENT,
            {"sqlstate": "42P01", "object_name": "sales.orders", "statement": STATEMENT_BY_NUMBER},
        ),
        ("psycopg2.errors.InsufficientPrivilege: keine Berechtigung für orders", STATEMENT, {"sqlstate": "42501"}),
        ("  | psycopg.errors.UndefinedTable: relation \"a\" does not exist", STATEMENT, {"object_name": "a"}),
        ("psycopg2.errors.AdminShutdown: terminating connection", AWAY, {"sqlstate": "57P01"}),
    ],
)  # fmt: skip
def test_drivers_and_their_words(text: str, kind: FailureKind, told: dict[str, object]) -> None:
    failure = the_one(raised(text))
    assert failure.kind is kind
    assert {name: getattr(failure, name) for name in told} == told


def test_values_of_parameters_are_kept_nowhere() -> None:
    log = (
        "[2026-01-01T10:00:00.000+0000] {sql.py:509} INFO - Running statement: SELECT *\n"
        "FROM orders\nWHERE name = %s AND day = %s, parameters: ('hunter2',\n 'hunter2, parameters: hunter2')\n"
        + raised('psycopg2.errors.InvalidTextRepresentation: invalid input syntax for type integer: "hunter2"\n'
                 "LINE 3: WHERE name = 'hunter2'\n")
    )  # fmt: skip
    failure = the_one(log)
    assert failure.statement == "SELECT *\nFROM orders\nWHERE name = %s AND day = %s"
    assert "hunter2" not in str(failure)
    assert failure.message == "invalid input syntax for type integer: ***"


def test_passwords_in_statements_and_messages_are_masked() -> None:
    head = "[2026-01-01T10:00:00.000+0000] {sql.py:509} INFO - "
    log = f"{head}Running statement: ALTER ROLE etl PASSWORD 'hunter2', parameters: None\n" + raised(
        "psycopg2.errors.InsufficientPrivilege: permission denied to alter role"
    )
    assert "hunter2" not in (the_one(log).statement or "")


def test_connections_the_nearest_first_and_masked_names_are_none() -> None:
    head = "[2026-01-01T10:00:00.000+0000] {base.py:84} INFO - "
    said = (
        f"{head}Using connection ID 'first' for task execution.\n{head}Retrieving connection 'second'\n"
        f"{head}Retrieving connection '***_third'\n{head}Using connection to: id: old_one. Host: db, Port: 5432\n"
        f"{head}GET conn_id='fourth'\n{head}Retrieving connection 'first'\n"
    )
    failure = the_one(said + raised(f"psycopg2.OperationalError: {REFUSED}"))
    assert failure.conn_ids == ("first", "fourth", "old_one", "second")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "all went well\n" * 1000,
        raised("ValueError: connection to nothing"),
        raised("SyntaxError: invalid syntax"),
        raised("requests.exceptions.ConnectionError: host 'db', port 5432"),
        raised("ConnectionRefusedError: [Errno 111] Connection refused"),
        raised("psycopg2.ProgrammingError: no results to fetch"),
        json.dumps({"event": "x", "error_detail": [{"exc_type": "SyntaxError", "exc_value": "invalid", "frames": []}]}),
        json.dumps({"event": 7, "error_detail": {"exc_type": [], "exc_value": {}, "frames": "?", "exceptions": [1]}}),
        "{" * 100_000,
        '{"event":' + "[" * 100_000,
    ],
)  # fmt: skip
def test_no_failure_of_postgresql(text: str) -> None:
    assert find_failures(text) == ()


def test_an_exception_of_structlog_as_text() -> None:
    line = json.dumps(
        {
            "event": "Task failed",
            "exception": f"Traceback (most recent call last):\npsycopg2.OperationalError: {REFUSED}",
        }
    )
    failure = the_one(f"2026-01-01T10:00:00.1Z stdout F {line}\n")
    assert (failure.kind, failure.line) == (LOGIN, 1)


def test_binary_garbage(tmp_path: Path) -> None:
    log = tmp_path / "attempt=1.log"
    log.write_bytes(os.urandom(300_000) + b"\n" + PLAIN.encode() + b"\0" * 3_000_000 + os.urandom(1000))
    assert the_one(log).kind is LOGIN


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(LogUnreadable, match=r"absent cannot be read \(No such file"):
        find_failures(tmp_path / "absent")
    with pytest.raises(LogUnreadable, match="no plain file"):
        find_failures(tmp_path)


def test_a_huge_log_is_streamed(tmp_path: Path) -> None:
    log = tmp_path / "attempt=1.log"
    line = b"[2026-01-01T10:00:00.000+0000] {load.py:12} INFO - row 4711 of the table was copied, as many before\n"
    with log.open("wb") as file:
        for _ in range(50):
            file.write(line * 10_000)
        file.write(b"x" * 30_000_000 + b"\n" + PLAIN.encode())
    assert log.stat().st_size > 80_000_000
    begin = time.process_time()
    assert the_one(log).kind is LOGIN
    assert time.process_time() - begin < 30, "200 MB would take more than a minute"


def test_memory_stays_small_whatever_the_lines_are(tmp_path: Path) -> None:
    log = tmp_path / "attempt=1.log"
    log.write_bytes((b"y" * 20_000_000 + b"\n") * 2 + b"psycopg2.OperationalError: x\n" + b"more\n" * 30_000)
    tracemalloc.start()
    find_failures(log)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000_000


def test_the_same_failure_again_is_one_and_another_is_another() -> None:
    other = raised('psycopg2.OperationalError: FATAL:  role "x" does not exist')
    assert len(find_failures(PLAIN * 3 + other)) == 2
