"""A class of somebody else's, imported by its name."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from safeconduct.model import Finding, Secret, Unjudged
from safeconduct.secrets import Found
from safeconduct.secrets.records import RecordBackend
from tests.secrets.vaults import opened

if TYPE_CHECKING:
    from pathlib import Path

MODULE = """
import time

made = 0

class Connection:
    conn_type, host, login, password, schema, port, extra, description = "postgres", "db", "etl", "pw", "", 1, "", None

class Keeps:
    def __init__(self, api_token, slow=0):
        global made
        made += 1
        self.slow = slow
    def get_connection(self, conn_id):
        time.sleep(self.slow)
        return Connection() if conn_id == "a" else None
    def get_variable(self, key): return "7" if key == "a" else None
    def get_config(self, key): return "8" if key == "a" else None

class Texts:
    def get_conn_value(self, conn_id): return {"a": "postgres://db", "empty": ""}.get(conn_id)

class Fails:
    def get_connection(self, conn_id): raise RuntimeError("planted-text of a secret")
"""


@pytest.fixture
def backend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    name = f"kept_by_{tmp_path.name}"
    (tmp_path / f"{name}.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    return name


def ours(home: Path, path: str, kwargs: object, timeout: float = 5) -> RecordBackend:
    found = opened(home, kwargs, path, timeout=timeout)
    assert isinstance(found.backend, RecordBackend), found
    return found.backend


def test_it_is_made_once_and_asked_as_airflow_does(backend: str, tmp_path: Path) -> None:
    place = ours(tmp_path, f"{backend}.Keeps", {"api_token": "planted-token"})
    for _ in range(100):
        answer = place.get("a")
        assert isinstance(answer, Found)
        assert (answer.connection.host, answer.connection.port, answer.definition) == ("db", 1, "Keeps, a")
    assert place.get("b") is None
    assert (place.option("a"), place.option("b")) == (Secret("8"), None)
    assert sys.modules[backend].made == 1
    assert place.secrets == (Secret("planted-token"),)
    assert "planted-token" not in repr([place, vars(place), vars(vars(place)["_source"])])


def test_a_class_that_hands_out_texts(backend: str, tmp_path: Path) -> None:
    place = ours(tmp_path, f"{backend}.Texts", {})
    assert isinstance(place.get("a"), Found)
    assert (place.get("empty"), place.get("b")) == (None, None)


def test_what_it_raises_is_a_finding_without_its_words(backend: str, tmp_path: Path) -> None:
    answers = [
        ours(tmp_path, f"{backend}.Fails", {}).get("a"),
        ours(tmp_path, f"{backend}.Keeps", {"nonsense": 1}).get("a"),
        ours(tmp_path, f"{backend}.Absent", {}).get("a"),
        ours(tmp_path, f"{backend}.below.Absent", {}).get("a"),
        ours(tmp_path, f"{backend}.Keeps", {"api_token": "x", "slow": 3}, timeout=0.2).get("a"),
    ]
    assert [answer.rule for answer in answers if isinstance(answer, Finding)] == [
        "secrets.backend.failed",
        "secrets.backend.failed",
        "secrets.backend.class-unknown",
        "secrets.backend.class-unknown",
        "secrets.backend.unreachable",
    ]
    assert "planted" not in str(answers)


@pytest.mark.parametrize("path", ["Backend", "nowhere.to.be.found.Backend", ".", "..x", "a b.c"])
def test_one_that_cannot_be_imported_here_is_unjudged(path: str, tmp_path: Path) -> None:
    found = opened(tmp_path, {}, path)
    assert found.backend is not None
    assert isinstance(found.backend.get("a"), Unjudged)


def test_that_it_cannot_list_is_said_and_not_taken_for_nothing(backend: str, tmp_path: Path) -> None:
    place = ours(tmp_path, f"{backend}.Keeps", {"api_token": "planted-token"})
    assert isinstance(place.conn_ids(), Unjudged)
    assert [(name, isinstance(answer, Unjudged)) for name, answer in place.all()] == [("", True)]
