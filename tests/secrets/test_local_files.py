"""Files of connections: what is wrong in them and where, special files, and writing them whole."""

from __future__ import annotations

import errno
import json
import os
import stat
from typing import TYPE_CHECKING

import pytest

from safeconduct.model import Finding, Location, Secret, Severity, Unjudged
from safeconduct.secrets import Found
from safeconduct.secrets.local_file import read_file
from safeconduct.secrets.local_file_editing import edited
from safeconduct.secrets.place import Kind, Record
from safeconduct.secrets.records import RecordBackend
from safeconduct.secrets.whole_file import made, replaced
from tests.secrets.vaults import opened

if TYPE_CHECKING:
    from pathlib import Path

BACKEND = "airflow.secrets.local_filesystem.LocalFilesystemBackend"
URI = "postgres://etl:hunter2@db/sales"


def place(home: Path, **kwargs: object) -> RecordBackend:
    found = opened(home, kwargs, BACKEND, version="3.3.2")
    assert isinstance(found.backend, RecordBackend), found
    return found.backend


def asked(path: Path) -> object:
    return place(path.parent, connections_file_path=str(path)).get("a")


def finding(answer: object) -> Finding:
    assert isinstance(answer, Finding), answer
    return answer


@pytest.mark.parametrize(
    ("name", "text", "line", "words"),
    [
        ("c.env", f"a={URI}\nb {URI}\n", 2, "it has no ="),
        ("c.env", f"a={URI}\n\n\nb=\n", 4, "it has no value behind the ="),
        ("c.json", '{\n"a": }', 2, "Expecting value"),
        ("c.json", "", 1, "it is empty"),
        ("c.yaml", "a: b\nc: [\n", 3, "it is no plain YAML, from column 1"),
        ("c.yml", "- a\n", 1, "it holds no object"),
        ("c.txt", "a", None, "its name ends in none of .env, .json, .yaml and .yml"),
        ("env", "a", None, "its name ends in none of"),
        ("c.json", "[" * 100_000, None, "nested too deeply"),
        ("c.yaml", f"a: *hunter2\nb: {URI}\n", 1, "it is no plain YAML, from column 4"),
        ("c.yaml", "a: !!python/object:os.system x\n", 1, "it is no plain YAML, from column 4"),
    ],
)
def test_the_line_that_is_wrong_is_named(name: str, text: str, line: int | None, words: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(text)
    found = finding(asked(path))
    assert found.rule == "secrets.file.unreadable"
    assert words in found.message
    assert found.location == (Location(str(path), line) if line else None)
    assert "hunter2" not in str(found)


def test_special_files_are_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "zero.json").symlink_to("/dev/zero")
    (tmp_path / "folder.json").mkdir()
    (tmp_path / "latin.json").write_bytes('{"a": "é"}'.encode("latin-1"))
    for name in ("pipe", "zero", "folder", "latin", "absent"):
        assert finding(asked(tmp_path / f"{name}.json")).rule == "secrets.file.unreadable"


@pytest.mark.parametrize(("name", "text"), [("c.json", '{"a": "x", "a": "%s"}'), ("c.yaml", "a: x\na: %s\n")])
def test_a_name_twice_is_a_warning_where_the_last_counts(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text % URI)
    answer = asked(tmp_path / name)
    assert isinstance(answer, Found)
    assert answer.connection.host == "db"
    assert [(one.rule, one.severity) for one in answer.warnings] == [("secrets.file.duplicate", Severity.WARNING)]


def test_names_within_a_connection_may_be_those_of_another(tmp_path: Path) -> None:
    (tmp_path / "c.json").write_text('{"a": {"conn_type": "postgres", "host": "db"}, "b": {"conn_type": "postgres"}}')
    answer = asked(tmp_path / "c.json")
    assert isinstance(answer, Found)
    assert answer.warnings == ()


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"hostname": "db"}, "a connection has no field hostname"),
        ([URI, URI], "it is a list of 2"),
        (7, "it is neither a URI nor an object"),
        ({"extra": "{}", "extra_dejson": {}}, "it has both extra and extra_dejson"),
        ({"conn_id": "b"}, "its conn_id is another than its name"),
    ],
)
def test_one_that_is_wrong_hides_the_others_and_is_named(value: object, words: str, tmp_path: Path) -> None:
    (tmp_path / "c.json").write_text(json.dumps({"a": URI, "wrong": value}))
    found = finding(asked(tmp_path / "c.json"))
    assert found.rule == "secrets.record.malformed"
    assert f"wrong cannot be read: {words}. Airflow then reads none of the file" in found.message


def test_variables_and_options_have_files_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "v.yaml").write_text("limit: 7\ntext: seven\n")
    (tmp_path / "o.env").write_text("key=8\n")
    ours = place(tmp_path, variables_file_path=str(tmp_path / "v.yaml"), configs_file_path=str(tmp_path / "o.env"))
    records = [ours.record(Kind.VARIABLE, name) for name in ("limit", "text", "nowhere")]
    assert [isinstance(one, Record) and one.text for one in records] == [Secret("7"), Secret("seven"), False]
    assert ours.option("key") == Secret("8")
    assert (ours.get("a"), ours.conn_ids(), ours.name) == (None, (), "local files")


def test_yaml_without_its_library_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("safeconduct.secrets.local_files.find_spec", lambda _: None)
    found = opened(tmp_path, {"connections_file_path": "/x/c.yaml"}, BACKEND)
    assert found.backend is not None
    answer = found.backend.get("a")
    assert isinstance(answer, Unjudged)
    assert answer.reason == "/x/c.yaml needs a library to be read: pip install 'safeconduct[yaml]'"


@pytest.mark.parametrize("ending", ["env", "json", "yaml"])
def test_a_file_is_written_whole_or_not_at_all(ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / f"c.{ending}"
    changed(path, "a", URI)
    changed(path, "größe", "postgres://db")
    assert read_file(str(path)).values == {"a": URI, "größe": "postgres://db"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    changed(path, "a", None)
    assert read_file(str(path)).values == {"größe": "postgres://db"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(OSError, match="full"):
        changed(path, "c", URI)
    assert read_file(str(path)).values == {"größe": "postgres://db"}
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def changed(path: Path, name: str, value: object) -> None:
    text = edited(str(path), name, value)
    assert text is not None
    replaced(str(path), text)


def fails(number: int) -> None:
    raise OSError("full")


@pytest.mark.parametrize("ending", ["env", "yaml"])
def test_comments_outlast_what_is_put_in(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"c.{ending}"
    sign = "=" if ending == "env" else ": "
    path.write_text(f"# of the team\na{sign}{URI}\n")
    changed(path, "b", URI)
    assert path.read_text().startswith(f"# of the team\na{sign}{URI}\n")
    assert read_file(str(path)).values == {"a": URI, "b": URI}


@pytest.mark.parametrize(("name", "value"), [("a", "x\ny"), ("a", "x\u2028y"), ("a=b", "x"), ("a", ""), ("#a", "x")])
def test_what_a_line_cannot_hold_is_not_written(name: str, value: str, tmp_path: Path) -> None:
    assert edited(str(tmp_path / "c.env"), name, value) is None


def test_a_file_that_could_not_be_made_whole_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        made(tmp_path / "new", b"Pl4nted-Key")
    assert list(tmp_path.iterdir()) == []
    monkeypatch.undo()
    made(tmp_path / "new", b"x")
    with pytest.raises(FileExistsError):
        made(tmp_path / "new", b"y")
    assert (tmp_path / "new").read_bytes() == b"x"
