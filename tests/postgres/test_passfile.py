"""The password file, compared with the real libpq."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from safeconduct.model import Connection, Finding, Severity, Stage
from safeconduct.postgres.passfile import PasswordFile, read_password_file
from safeconduct.postgres.target import Target, target_of
from tests.postgres import libpq


def written(folder: Path, content: bytes, name: str = ".pgpass", mode: int = 0o600) -> Path:
    path = folder / name
    path.write_bytes(content)
    path.chmod(mode)
    return path


def walked(folder: Path, environ: dict[str, str] | None = None, host: str = "127.0.0.1") -> Target:
    found = target_of(Connection("c", "postgres", host=host, login="etl", schema="sales"), environ or {}, folder)
    assert isinstance(found, Target)
    return found


FIELDS = st.sampled_from(["*", "127.0.0.1", "localhost", "5432", "sales", "etl", "a:b", "a\\", "**", "#", "", "é"])
ESCAPED = FIELDS.map(lambda field: field.replace("\\", "\\\\").replace(":", "\\:"))
RAW = st.lists(st.sampled_from([*":*\\#\r \n", "etl", "sales", "127.0.0.1", "5432"]), max_size=12).map("".join)
LINES = st.lists(st.lists(ESCAPED | FIELDS, min_size=3, max_size=6).map(":".join) | RAW, max_size=4)
ENDS = st.sampled_from(["", "\n", "\r\n", "\n\n", "\\"])


@settings(max_examples=800, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=LINES, end=ENDS, user=FIELDS, database=FIELDS)
@example(lines=["*:*:*:*:pass\\:wo\\\\rd:rest"], end="", user="etl", database="sales")
@example(lines=["#*:*:*:*:no", "*:*:*:*:yes"], end="\r\n", user="etl", database="sales")
@example(lines=["*:*:a\\:b:*:yes"], end="\n", user="etl", database="a:b")
@example(lines=["*:*:*:*:"], end="\n", user="etl", database="sales")
def test_the_same_password_as_libpq_finds(lines: list[str], end: str, user: str, database: str, tmp_path: Path) -> None:
    path = written(tmp_path, "\n".join(lines).encode() + end.encode(), "passwords")
    with libpq.environment(tmp_path), libpq.open_port() as port:
        content = path.read_bytes().replace(b"5432", str(port).encode())
        written(tmp_path, content, "passwords")
        arguments = {"host": "127.0.0.1", "port": str(port), "passfile": str(path), "user": user, "dbname": database}
        begun = libpq.begin(arguments)
    file = read_password_file("c", path)
    assert isinstance(file, PasswordFile)
    entry = file.look_up("127.0.0.1", port, begun.database, begun.user)
    assert (entry.password.reveal() if entry else "") == begun.password


def test_the_line_is_told_and_each_host_has_its_own(tmp_path: Path) -> None:
    written(tmp_path, b"# comment\na:*:*:*:for a\n*:5433:*:*:for b\n")
    found = target_of(Connection("c", "postgres", login="u", host="a,b,c", port=None), {"PGPORT": "1,5433,1"}, tmp_path)
    assert isinstance(found, Target)
    passwords = [host.password for host in found.hosts]
    assert [(p.secret.reveal(), p.origin) for p in passwords if p] == [
        ("for a", f"password file {tmp_path}/.pgpass line 2"),
        ("for b", f"password file {tmp_path}/.pgpass line 3"),
    ]
    assert passwords[2] is None


def test_the_default_socket_is_localhost(tmp_path: Path) -> None:
    written(tmp_path, b"localhost:*:*:*:socket\n")
    password = walked(tmp_path, host="").password
    assert password is not None
    assert password.secret.reveal() == "socket"


def test_a_given_password_wins_and_an_empty_one_does_not(tmp_path: Path) -> None:
    written(tmp_path, b"*:*:*:*:file\n")
    by_environment = walked(tmp_path, {"PGPASSWORD": "env"}).password
    assert by_environment is not None
    assert by_environment.origin == "PGPASSWORD"
    by_file = walked(tmp_path, {"PGPASSWORD": ""}).password
    assert by_file is not None
    assert by_file.secret.reveal() == "file"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o610])
def test_a_file_that_others_may_read_is_ignored_with_a_warning(mode: int, tmp_path: Path) -> None:
    path = written(tmp_path, b"*:*:*:*:file\n", mode=mode)
    it = walked(tmp_path)
    assert it.password is None
    (warning,) = it.warnings
    assert (warning.rule, warning.stage) == ("postgres.passfile.permissions", Stage.CREDENTIAL)
    assert warning.severity is Severity.WARNING
    assert warning.evidence == {"file": str(path), "permissions": f"{mode:04o}"}
    assert warning.remedies[0].text == f"chmod 0600 {path}"
    with libpq.environment(tmp_path), libpq.open_port() as port:
        assert libpq.begin({"host": "127.0.0.1", "port": str(port), "user": "etl"}).password == ""
    path.chmod(0o600)
    assert walked(tmp_path).password is not None


def test_an_absent_default_file_is_no_news(tmp_path: Path) -> None:
    assert walked(tmp_path).warnings == ()


@pytest.mark.parametrize("name", ["absent", "."])
def test_a_named_file_that_cannot_be_read_is(name: str, tmp_path: Path) -> None:
    (warning,) = walked(tmp_path, {"PGPASSFILE": f"{tmp_path}/{name}"}).warnings
    assert warning.rule == "postgres.passfile.unreadable"
    assert warning.evidence["named by"] == "PGPASSFILE"


def test_a_password_is_not_in_the_repr(tmp_path: Path) -> None:
    file = read_password_file("c", written(tmp_path, b"*:*:*:*:hunter2\n"))
    assert not isinstance(file, Finding)
    assert "hunter2" not in repr(file)
