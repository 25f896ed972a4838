"""From the configuration to the backends: their order, their options, and what Airflow makes of wrong ones."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest

from safeconduct.airflow.option import Option
from safeconduct.diagnosis.sources import sources_of
from safeconduct.model import Finding, Severity, Unjudged
from safeconduct.secrets import Found, configuration_of, look_up
from safeconduct.secrets.records import RecordBackend
from tests.secrets.metadata_file import MetadataFile
from tests.secrets.vaults import BACKEND as VAULT
from tests.secrets.vaults import fake_vault, opened

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fakes.vault import FakeVault

__all__ = ["fake_vault"]
FILES = "airflow.secrets.local_filesystem.LocalFilesystemBackend"


def environ(home: Path, **options: str) -> dict[str, str]:
    """The environment of an Airflow at home there, without the caller's."""
    return {"AIRFLOW_HOME": str(home), "HOME": str(home), **options}


def configured(kwargs: object, backend: str = VAULT, section: str = "SECRETS__") -> dict[str, str]:
    text = kwargs if isinstance(kwargs, str) else json.dumps(kwargs)
    return {f"AIRFLOW__{section}BACKEND": backend, f"AIRFLOW__{section}BACKEND_KWARGS": text}


def host(answer: object) -> str | None:
    assert isinstance(answer, Found), answer
    return answer.connection.host


def file_of(path: Path, **connections: str) -> str:
    path.write_text(json.dumps(connections))
    return str(path)


def workers(kwargs: object) -> dict[str, str]:
    return configured(kwargs, FILES, "WORKERS__SECRETS_")


def test_a_secrets_backend_is_asked_first_and_each_place_says_where_it_found(tmp_path: Path) -> None:
    MetadataFile(tmp_path / "airflow.db").add("row", host="database")
    path = file_of(tmp_path / "c.json", backend="postgres://file", both="postgres://file")
    variables = {"AIRFLOW_CONN_BOTH": "postgres://variable", "AIRFLOW_CONN_VARIABLE": "postgres://variable"}
    sources = sources_of(environ(tmp_path, **configured({"connections_file_path": path}, FILES), **variables), None, 5)
    answers = {name: look_up(name, sources.backends) for name in ("backend", "both", "variable", "row")}
    assert {name: host(answer) for name, answer in answers.items()} == {
        "backend": "file",
        "both": "file",
        "variable": "variable",
        "row": "database",
    }
    found = answers["row"]
    assert isinstance(found, Found)
    assert found.definition.endswith(f"; asked before, without it: local file at {path}")
    missing = look_up("nowhere", sources.backends)
    assert isinstance(missing, Finding)
    assert missing.evidence["asked"] == f"local file at {path}, then environment variables, then metadata database"


@pytest.mark.parametrize(("version", "expected"), [("3.3.2", "worker"), (None, "worker"), ("2.11.2", "secrets")])
def test_workers_of_airflow_3_have_a_backend_of_their_own(version: str | None, expected: str, tmp_path: Path) -> None:
    server = file_of(tmp_path / "s.json", both="postgres://secrets", only="postgres://secrets")
    worker = file_of(tmp_path / "w.json", both="postgres://worker")
    options = configured({"connections_file_path": server}, FILES) | workers({"connections_file_path": worker})
    with mock.patch("safeconduct.airflow.configuration.installed_airflow", return_value=version):
        sources = sources_of(environ(tmp_path, **options, AIRFLOW_CONN_ONLY="postgres://variable"), None, 5)
    assert host(look_up("both", sources.backends)) == expected
    assert host(look_up("only", sources.backends)) == ("variable" if expected == "worker" else "secrets")


def test_options_that_are_set_one_by_one_have_precedence_in_airflow_3(tmp_path: Path) -> None:
    wrong, right = file_of(tmp_path / "wrong.json"), file_of(tmp_path / "right.json", a="postgres://right")
    options = configured({"connections_file_path": wrong}, FILES)
    options["AIRFLOW__SECRETS__BACKEND_KWARG__CONNECTIONS_FILE_PATH"] = right
    for version, found in (("3.3.2", True), (None, True), ("2.11.2", False)):
        with mock.patch("safeconduct.airflow.configuration.installed_airflow", return_value=version):
            answer = look_up("a", sources_of(environ(tmp_path, **options), None, 5).backends)
        assert isinstance(answer, Found) is found


def test_a_place_that_fails_is_a_warning_where_a_later_one_has_the_connection(
    fake_vault: FakeVault, tmp_path: Path
) -> None:
    fake_vault.sealed = True
    options = configured({"url": fake_vault.url, "token": "hvs.x"})
    sources = sources_of(environ(tmp_path, **options, AIRFLOW_CONN_A="postgres://variable"), None, 5)
    answer = look_up("a", sources.backends)
    assert host(answer) == "variable"
    assert isinstance(answer, Found)
    assert [(one.rule, one.severity) for one in answer.warnings] == [("secrets.backend.sealed", Severity.WARNING)]
    other = look_up("b", sources.backends)
    assert isinstance(other, Finding)
    assert other.rule == "secrets.backend.sealed"


def test_secret_options_are_asked_of_the_backend(fake_vault: FakeVault, tmp_path: Path) -> None:
    MetadataFile(tmp_path / "elsewhere.db").add("row", host="database")
    fake_vault.put("config/url", {"value": f"sqlite:///{tmp_path}/elsewhere.db"})
    options = configured({"url": fake_vault.url, "token": fake_vault.token("read secret/data/config/url")})
    options["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_SECRET"] = "url"
    sources = sources_of(environ(tmp_path, **options), None, 5)
    assert host(look_up("row", sources.backends)) == "database"
    configuration = configuration_of(environ(tmp_path, **options), 5)
    assert not isinstance(configuration, Finding)
    option = configuration.option("database", "sql_alchemy_conn")
    assert isinstance(option, Option)
    assert option.reveal() == f"sqlite:///{tmp_path}/elsewhere.db"
    assert str(option.value) == "***"
    fake_vault.sealed = True
    again = configuration_of(environ(tmp_path, **options), 5)
    assert not isinstance(again, Finding)
    option = again.option("database", "sql_alchemy_conn")
    assert isinstance(option, Finding)
    assert option.rule == "secrets.backend.sealed"


NAMES: list[tuple[str, dict[str, Any], str, str]] = [
    (VAULT, {"token": "hvs.x", "connections_prefix": "x"}, "it is called connections_path", "connections_path"),
    (VAULT, {"token": "hvs.x", "variables_prefix": "x"}, "it is called variables_path", "variables_path"),
    (VAULT, {"token": "hvs.x", "vault_conn_id": "x"}, "it takes url, auth_type and the credential themselves", ""),
    (VAULT, {"token": "hvs.x", "mount_pont": "x"}, "did you mean mount_point?", "mount_point"),
    (VAULT, {"token": "hvs.x", "Token": "x"}, "did you mean token?", "token"),
    (VAULT, {"token": "hvs.x", "zzz": "x"}, "the backend has no option zzz", ""),
    (FILES, {"connections_path": "x"}, "it is called connections_file_path", "connections_file_path"),
]


@pytest.mark.parametrize(("backend", "kwargs", "words", "nearest"), NAMES)
def test_an_option_that_there_is_not_is_named_with_the_one_that_is_meant(
    backend: str, kwargs: dict[str, Any], words: str, nearest: str, tmp_path: Path
) -> None:
    found = opened(tmp_path, kwargs, backend)
    finding = found.stops or (found.backend.get("a") if found.backend else None)
    assert isinstance(finding, Finding)
    assert finding.rule == "secrets.backend.kwarg-unknown"
    assert words in finding.message
    assert finding.evidence.get("nearest", "") == nearest
    assert "hvs.x" not in str(finding)


TEXTS = ["{", "[1]", '"x"', "7", "{'connections_file_path': 'x'}", '{"a": True}', "[" * 100_000, "1" * 5_000]


@pytest.mark.parametrize("text", TEXTS, ids=[text[:20] for text in TEXTS])
def test_options_that_are_no_json_object_are_a_finding_and_airflow_works_without_any(text: str, tmp_path: Path) -> None:
    found = opened(tmp_path, text, FILES)
    assert [one.rule for one in found.findings] == ["secrets.backend.kwargs-malformed"]
    assert isinstance(found.backend, RecordBackend)
    assert found.backend.get("a") is None


@pytest.mark.parametrize("text", ["", "{}", "null", "false", "0", "[]"])
def test_no_options_are_no_fault(text: str, tmp_path: Path) -> None:
    assert opened(tmp_path, text, FILES).findings == ()


def test_a_library_that_is_absent_is_one_sentence(tmp_path: Path) -> None:
    with mock.patch("safeconduct.secrets.opening.find_spec", return_value=None):
        found = opened(tmp_path, {"token": "hvs.x"})
    assert found.backend is not None
    answer = found.backend.get("a")
    assert isinstance(answer, Unjudged)
    assert answer.reason == "Vault needs a library to be asked: pip install 'safeconduct[vault]'"


def test_a_way_in_that_is_not_followed_here_is_said(tmp_path: Path) -> None:
    found = opened(tmp_path, {"auth_type": "azure", "azure_resource": "x", "azure_tenant_id": "y"})
    assert found.backend is not None
    assert isinstance(found.backend.get("a"), Unjudged)
    sources = sources_of(
        environ(
            tmp_path,
            **configured({"auth_type": "azure", "azure_resource": "x", "azure_tenant_id": "y"}),
            AIRFLOW_CONN_A="postgres://variable",
        ),
        None,
        5,
    )
    answer = look_up("a", sources.backends)
    assert isinstance(answer, Found)
    assert ["azure" in one.reason for one in answer.unjudged] == [True]


def test_a_class_that_has_moved_is_named_where_it_is_now(tmp_path: Path) -> None:
    found = opened(tmp_path, {}, "airflow.contrib.secrets.hashicorp_vault.VaultBackend")
    assert isinstance(found.stops, Finding)
    assert found.stops.evidence["nearest"] == VAULT
    found = opened(tmp_path, {}, "airflow.providers.hashicorp.secret.vault.VaultBackend")
    assert isinstance(found.stops, Finding)
