"""A metadata database in a SQLite file: whatever its name, its writers and its rights, read and left as it was."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager
from dataclasses import fields, replace
from typing import TYPE_CHECKING

import pytest

from safeconduct.airflow.metadata import MetadataDatabase
from safeconduct.airflow.metadata_edits import Edit
from safeconduct.airflow.metadata_rows import ConnectionRow
from safeconduct.airflow.metadata_sqlite import SqliteReader
from safeconduct.model import Finding, Secret, Stage
from safeconduct.secrets import MetadataPlace, reader_of
from tests.secrets.metadata_file import MetadataFile, database_at
from tests.servers.processes import give, ordinary_user, scratch_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from safeconduct.airflow.metadata_reader import Reading

SECRET = "Pl4nted-Secret"


@pytest.fixture
def metadata(tmp_path: Path) -> MetadataFile:
    return MetadataFile(tmp_path / "airflow.db")


def finding(answer: object) -> Finding:
    assert isinstance(answer, Finding), answer
    assert (answer.rule, answer.stage) == ("airflow.metadata.unreachable", Stage.DEFINITION)
    assert SECRET not in repr(answer)
    return answer


@pytest.mark.parametrize("name", ["airflow.db", "my airflow.db", "ä#%41;'\"&=.db", "file:x.db", "~", "a@b:c"])
def test_a_file_of_any_name_is_opened(name: str, tmp_path: Path) -> None:
    made = MetadataFile(tmp_path / name.replace("%41", "A"))
    made.add("warehouse")
    database = database_at(f"sqlite:///{tmp_path}/{name}")
    assert (database.label, database.conn_ids()) == (f"SQLite file {made.path}", ("warehouse",))
    assert list(tmp_path.iterdir()) == [made.path]


def test_a_relative_path_begins_where_the_process_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    MetadataFile(tmp_path / "airflow.db").add("warehouse")
    monkeypatch.chdir(tmp_path)
    database = database_at("sqlite:///airflow.db")
    assert (database.label, database.conn_ids()) == ("SQLite file airflow.db", ("warehouse",))


@contextmanager
def ordinary() -> Iterator[None]:
    """Root may write anything, so it steps down for a while."""
    user = ordinary_user()
    if user:
        os.seteuid(user.pw_uid)
    try:
        yield
    finally:
        if user:
            os.seteuid(0)


@pytest.fixture
def folder() -> Iterator[Path]:
    made = scratch_folder()
    yield made
    made.chmod(0o755)
    shutil.rmtree(made)


def test_a_file_that_nobody_may_write_in_a_folder_that_nobody_may_write(folder: Path) -> None:
    file = MetadataFile(folder / "airflow.db")
    file.add("warehouse")
    before = file.path.read_bytes()
    give(file.path).chmod(0o444)
    folder.chmod(0o555)
    with ordinary():
        with pytest.raises(PermissionError):
            file.path.open("ab")
        assert file.database().conn_ids() == ("warehouse",)
        assert list(folder.iterdir()) == [file.path]
    assert file.path.read_bytes() == before


def test_a_file_that_we_may_not_read(folder: Path) -> None:
    file = MetadataFile(folder / "airflow.db")
    file.path.chmod(0)
    with ordinary():
        answer = finding(file.database().rows())
    assert answer.message == f"SQLite file {file.path} cannot be read"
    assert answer.evidence["error"] == "unable to open database file"


def test_what_a_running_airflow_has_not_yet_moved_into_the_file_is_read(metadata: MetadataFile) -> None:
    """Airflow 3.3 switches to a write-ahead log."""
    with closing(sqlite3.connect(metadata.path)) as airflow:
        airflow.execute("PRAGMA journal_mode=WAL")
        airflow.execute("INSERT INTO connection (conn_id, conn_type) VALUES ('new', 'postgres')")
        airflow.commit()
        before = metadata.path.read_bytes()
        assert metadata.database().conn_ids() == ("new",)
        assert metadata.path.read_bytes() == before


def test_a_file_that_a_writer_holds_is_waited_for_no_longer_than_asked(metadata: MetadataFile) -> None:
    with closing(sqlite3.connect(metadata.path)) as airflow:
        airflow.execute("BEGIN EXCLUSIVE")
        database = metadata.database(timeout=0.1)
        answer = finding(database.rows())
    assert answer.evidence["error"] == "database is locked"
    assert database.rows() is answer, "what was said once is not tried again"
    assert metadata.database().rows() == []


KILLED_WRITER = """
import os, signal, sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("PRAGMA cache_size = 1")  # so that what is half done is in the file, not in memory alone
database.execute("BEGIN")
database.execute("UPDATE connection SET host = 'half-done'")
database.execute("CREATE TABLE half_done AS SELECT randomblob(100000) AS octets")
os.kill(os.getpid(), signal.SIGKILL)
"""


def killed_half_way(folder: Path) -> MetadataFile:
    made = MetadataFile(folder / "airflow.db")
    made.add("warehouse", host="before")
    subprocess.run([sys.executable, "-c", KILLED_WRITER, str(made.path)], check=False)
    assert made.path.with_name("airflow.db-journal").stat().st_size
    assert b"half-done" in made.path.read_bytes()
    return made


def test_what_a_killed_writer_left_half_done_is_undone(tmp_path: Path) -> None:
    made = killed_half_way(tmp_path)
    assert [row.host for row in found_rows(made)] == ["before"]
    assert list(tmp_path.iterdir()) == [made.path]


def test_what_a_killed_writer_left_half_done_is_said_by_who_may_not_undo_it(folder: Path) -> None:
    path = killed_half_way(folder).path
    path.chmod(0o444)
    path.with_name("airflow.db-journal").chmod(0o444)
    folder.chmod(0o555)
    before = path.read_bytes()
    with ordinary():
        answer = finding(database_at(f"sqlite:///{path}").conn_ids())
    assert "a writer that was killed left a change half done in it" in answer.evidence["error"]
    assert path.read_bytes() == before
    folder.chmod(0o755)


def test_a_file_that_went_away_is_not_made(metadata: MetadataFile) -> None:
    database = metadata.database()
    metadata.path.unlink()
    assert finding(database.rows()).evidence["error"] == "unable to open database file"
    assert not metadata.path.exists()


def test_a_file_that_is_no_database_is_not_quoted(metadata: MetadataFile) -> None:
    metadata.path.write_text(SECRET * 100)
    answer = finding(metadata.database().rows())
    assert answer.evidence == {"database": f"SQLite file {metadata.path}", "error": "file is not a database"}


def test_octets_that_are_no_text_hide_no_other_row(metadata: MetadataFile) -> None:
    metadata.add("a", password=SECRET)
    metadata.sql("INSERT INTO connection (conn_id, conn_type, password) VALUES ('b', 'x', CAST(x'70ff' AS TEXT))")
    metadata.sql("INSERT INTO connection (conn_id, conn_type, password) VALUES ('c', 'x', x'70')")
    rows = metadata.database().rows()
    assert isinstance(rows, list), rows
    passwords = [row.password.reveal() for row in rows if row.password]
    assert passwords == [SECRET, "p\udcff", "p"]
    assert [row.not_text for row in rows] == [(), ("password",), ()]


@pytest.mark.parametrize(
    "column", ["conn_id", "conn_type", "host", "schema", "login", "password", "extra", "description"]
)
def test_a_column_of_octets_that_are_no_text_is_named(column: str, metadata: MetadataFile) -> None:
    metadata.add("a")
    metadata.sql(f"UPDATE connection SET {column} = CAST(x'70ff' AS TEXT)")
    (row,) = found_rows(metadata)
    assert row.not_text == (() if column == "description" else (column,))


@pytest.mark.parametrize("value", [b"db", 5, 1.5, "db"])
def test_a_value_of_another_kind_is_read_as_text(value: object, tmp_path: Path) -> None:
    columns = [field.name for field in fields(ConnectionRow)]
    made = MetadataFile(tmp_path / "x.db", f"CREATE TABLE connection ({', '.join(columns)})")
    made.add("a", host=value, login=value, schema=value)
    made.sql("INSERT INTO connection (conn_id, conn_type) VALUES (7, ?)", value)
    expected = value.decode() if isinstance(value, bytes) else str(value)
    first, second = found_rows(made)
    assert (first.host, first.login, first.schema) == (expected, expected, expected) or first.conn_id == "7"
    assert {first.conn_id, second.conn_id} == {"a", "7"}


def test_a_truncated_file_is_one_sentence(metadata: MetadataFile) -> None:
    metadata.add("a", password=SECRET * 1000)
    metadata.path.write_bytes(metadata.path.read_bytes()[:5000])
    assert finding(metadata.database().rows()).evidence["error"] in {
        "database disk image is malformed",
        "file is not a database",
        "disk I/O error",
    }


def test_an_endless_view_is_read_no_longer_than_asked(tmp_path: Path) -> None:
    names = ", ".join(f"x AS {field.name}" for field in fields(ConnectionRow))
    endless = f"WITH RECURSIVE t(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM t) SELECT {names} FROM t"
    made = MetadataFile(tmp_path / "x.db", f"CREATE VIEW connection AS {endless}")
    answer = finding(made.database(timeout=0.3).rows())
    assert answer.evidence["error"] == "it was not read within 0.3 s"


def test_a_result_without_measure_is_not_kept(metadata: MetadataFile) -> None:
    metadata.add("a", extra="x" * 50_000_000)
    assert isinstance(metadata.database().rows(), list)
    metadata.add("b", extra="x" * 50_000_000)
    assert finding(metadata.database().rows()).evidence["error"] == "it gives more than 64 MiB"


def test_an_id_that_is_no_text_is_in_no_row_and_spoils_no_other(metadata: MetadataFile) -> None:
    metadata.add("a")
    database = metadata.database()
    assert database.row("\udcff") is None
    assert isinstance(database.row("a"), ConnectionRow)


def found_rows(made: MetadataFile) -> list[ConnectionRow]:
    rows = made.database().rows()
    assert isinstance(rows, list), rows
    return rows


def wal(folder: Path) -> MetadataFile:
    made = MetadataFile(folder / "airflow.db")
    made.sql("PRAGMA journal_mode=WAL")  # as Airflow 3.3 has it
    give(made.path)
    return made


def test_a_file_in_a_folder_we_may_not_enter_is_said(folder: Path) -> None:
    MetadataFile(folder / "airflow.db")
    folder.chmod(0o600)
    with ordinary():
        answer = reader_of(MetadataPlace(Secret(f"sqlite:///{folder}/airflow.db"), "o"), 1)
    assert isinstance(answer, Finding)
    assert "cannot be looked at" in answer.message


def test_a_name_that_is_too_long_is_said() -> None:
    assert isinstance(reader_of(MetadataPlace(Secret("sqlite:////tmp/" + "a" * 300), "o"), 1), Finding)


def test_a_file_in_wal_mode_is_read_without_leaving_anything_behind(folder: Path) -> None:
    made = wal(folder)
    folder.chmod(0o555)
    with ordinary():
        assert made.database().conn_ids() == ()
    assert list(folder.iterdir()) == [made.path]


class Counted(SqliteReader):
    """Counts how often it is opened: each time it waits for a lock."""

    times = 0

    @contextmanager
    def open(self) -> Iterator[Reading]:
        self.times += 1
        with super().open() as reading:
            yield reading


def test_a_lock_is_waited_for_once(folder: Path) -> None:
    made = MetadataFile(folder / "airflow.db")
    reader = Counted(made.path, 0.1)
    with closing(sqlite3.connect(made.path)) as airflow:
        airflow.execute("BEGIN EXCLUSIVE")
        answer = MetadataDatabase(reader).rows()
    assert isinstance(answer, Finding)
    assert answer.evidence["error"] == "database is locked"
    assert reader.times == 1


def test_many_changes_may_take_longer_than_one(metadata: MetadataFile) -> None:
    row = ConnectionRow("", "postgres", None, None, None, None, None, None, None, False, False)
    edits = [Edit(name, None, replace(row, conn_id=name)) for name in map(str, range(9000))]
    assert metadata.database(timeout=0.02).edit(edits) is None
    assert len(found_rows(metadata)) == 9000
