"""Google Secret Manager as Airflow's class reads it, over Google's own library, and every way to fail."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING
from unittest import mock

import grpc
import pytest

from safeconduct.model import Finding, Secret, Unjudged
from safeconduct.secrets import Found
from safeconduct.secrets.gcp_client import GcpClient
from safeconduct.secrets.place import Kind, Place, Record
from safeconduct.secrets.records import RecordBackend
from tests.fakes.secret_manager import FakeSecretManager
from tests.secrets.vaults import opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BACKEND = "airflow.providers.google.cloud.secrets.secret_manager.CloudSecretManagerBackend"
URI = "postgres://etl:hunter2@db/sales"


@pytest.fixture
def manager() -> Iterator[FakeSecretManager]:
    with FakeSecretManager() as found:
        yield found


def place(manager: FakeSecretManager, home: Path, timeout: float = 5, **kwargs: object) -> RecordBackend:
    """The backend with these options; only its credentials are not looked for."""
    with mock.patch("safeconduct.secrets.secret_manager._opened", side_effect=lambda *_: manager.open()):
        found = opened(home, {"project_id": "fake-project", **kwargs}, BACKEND, timeout=timeout)
    assert isinstance(found.backend, RecordBackend), found
    return found.backend


def host(answer: object) -> str | None:
    assert isinstance(answer, Found), answer
    return answer.connection.host


def rule(answer: object) -> str:
    assert isinstance(answer, Finding), answer
    return answer.rule


def test_records_are_found_under_their_prefixes(manager: FakeSecretManager, tmp_path: Path) -> None:
    manager.put("airflow-connections-a", "postgres://older")
    manager.put("airflow-connections-a", URI)
    manager.put("airflow-connections-b", json.dumps({"conn_type": "postgres", "host": "db2"}))
    manager.put("airflow-connections-c", URI)
    manager.put("airflow-variables-limit", "7")
    manager.put("airflow-config-key", "8")
    manager.put("mine_a", "postgres://mine")
    ours = place(manager, tmp_path)
    assert [host(ours.get(name)) for name in "ab"] == ["db", "db2"]
    assert ours.get("nowhere") is None
    assert ours.conn_ids() == ("a", "b", "c")
    record = ours.record(Kind.VARIABLE, "limit")
    assert isinstance(record, Record)
    assert record.text == Secret("7")
    assert ours.option("key") == Secret("8")
    assert host(place(manager, tmp_path, connections_prefix="mine", sep="_").get("a")) == "mine"
    assert place(manager, tmp_path, connections_prefix=None).get("a") is None


def test_ten_thousand_look_ups_open_one_client(manager: FakeSecretManager, tmp_path: Path) -> None:
    for number in range(100):
        manager.put(f"airflow-connections-c{number}", URI)
    ours = place(manager, tmp_path)
    for number in range(10_000):
        assert isinstance(ours.get(f"c{number % 100}"), Found)
    assert manager.opened == 1
    assert manager.requests["_access"] == 100


Code = grpc.StatusCode
FAULTS = {
    Code.PERMISSION_DENIED: "secrets.backend.forbidden",
    Code.UNAUTHENTICATED: "secrets.backend.login-refused",
    Code.RESOURCE_EXHAUSTED: "secrets.backend.throttled",
    Code.UNAVAILABLE: "secrets.backend.unreachable",
    Code.DEADLINE_EXCEEDED: "secrets.backend.unreachable",
    Code.INTERNAL: "secrets.backend.failed",
    Code.FAILED_PRECONDITION: "secrets.backend.failed",
    Code.INVALID_ARGUMENT: "secrets.record.name-impossible",
}


@pytest.mark.parametrize("code", FAULTS, ids=lambda code: code.name)
def test_each_status_of_google(manager: FakeSecretManager, tmp_path: Path, code: grpc.StatusCode) -> None:
    manager.fault = code
    ours = place(manager, tmp_path, timeout=0.6)
    answer = ours.get("a")
    assert rule(answer) == FAULTS[code]
    assert "Planted-Text" not in str(answer)
    assert isinstance(ours.conn_ids(), (Finding, Unjudged))


def test_what_passes_is_waited_for(manager: FakeSecretManager, tmp_path: Path) -> None:
    manager.put("airflow-connections-a", URI)
    manager.faults = [Code.RESOURCE_EXHAUSTED, Code.UNAVAILABLE]
    assert host(place(manager, tmp_path).get("a")) == "db"


def test_one_that_is_slow_is_left_in_time(manager: FakeSecretManager, tmp_path: Path) -> None:
    manager.delay = 2
    begun = time.monotonic()
    assert rule(place(manager, tmp_path, timeout=0.3).get("a")) == "secrets.backend.unreachable"
    assert time.monotonic() - begun < 1.5


@pytest.mark.parametrize("name", ["größe", "a b", "a.b", "a/b", "../x", "x" * 300, "\n", ""], ids=ascii)
def test_a_name_that_google_does_not_take_is_not_asked_for(
    manager: FakeSecretManager, tmp_path: Path, name: str
) -> None:
    answer = place(manager, tmp_path).get(name)
    assert answer is None if name == "" else rule(answer) == "secrets.record.name-impossible"
    assert manager.requests["_access"] == (name == "")


def test_binary_is_no_connection(manager: FakeSecretManager, tmp_path: Path) -> None:
    manager.put("airflow-connections-a", b"\xff\x00")
    assert rule(place(manager, tmp_path).get("a")) == "secrets.record.malformed"


def test_secrets_are_written_and_deleted(manager: FakeSecretManager) -> None:
    client = GcpClient(Place("Google Secret Manager", "", "x"), 5, manager.open)
    assert client.version_of("a") is None
    client.put("a", Secret("1"))
    client.put("a", Secret("2"))
    assert (client.read("a"), client.version_of("a")) == (Secret("2"), "2")
    client.delete("a")
    assert client.read("a") is None


def test_credentials_that_are_none_are_said_and_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "nowhere.json"))
    (tmp_path / "key.json").write_text('{"private_key": "planted-key"')
    for kwargs in (
        {"gcp_key_path": str(tmp_path / "absent.json")},
        {"gcp_key_path": str(tmp_path / "key.json")},
        {"gcp_keyfile_dict": {"private_key": "planted-key"}},
        {"gcp_keyfile_dict": '{"private_key": "planted-key"'},
        {"gcp_credential_config_file": str(tmp_path / "key.json")},
        {},
    ):
        found = opened(tmp_path, kwargs, BACKEND, timeout=3)
        assert isinstance(found.backend, RecordBackend)
        answer = found.backend.get("a")
        assert rule(answer) == "secrets.backend.login-refused"
        assert "planted-key" not in repr([found, answer, vars(found.backend)])


def test_options_that_google_does_not_have(tmp_path: Path) -> None:
    found = opened(tmp_path, {"connections_path": "x"}, BACKEND)
    assert rule(found.stops) == "secrets.backend.kwarg-unknown"
    assert rule(opened(tmp_path, {"sep": "/"}, BACKEND).stops) == "secrets.backend.kwarg-invalid"
    both = {"gcp_key_path": "x", "gcp_keyfile_dict": {"a": "b"}}
    assert rule(opened(tmp_path, both, BACKEND).stops) == "secrets.backend.kwarg-invalid"
    chained = opened(tmp_path, {"impersonation_chain": "x"}, BACKEND)
    assert chained.backend is not None
    assert isinstance(chained.backend.get("a"), Unjudged)
