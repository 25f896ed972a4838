"""Our answers are those of Airflow's own backends, asked in a real Airflow for the same records."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from safeconduct.secrets.place import Kind, Record
from safeconduct.secrets.records import RecordBackend
from tests.fakes.vault import FakeVault
from tests.secrets.aws_places import MANAGER, STORE, aws, aws_server
from tests.secrets.backends_in_airflow import Case, airflow_with_backends, alike, any_version, ours, theirs
from tests.secrets.metadata_file import told_by
from tests.secrets.vaults import BACKEND as VAULT
from tests.secrets.vaults import opened

if TYPE_CHECKING:
    from tests.servers.aws import Aws

__all__ = ["aws", "aws_server"]
SOURCES = Path(__file__).resolve().parents[2] / "src"

URI = "postgres://etl:hunter2@db:5433/sales?sslmode=require"
RECORDS: dict[str, Any] = {
    "uri": {"conn_uri": URI},
    "uri_and_more": {"conn_uri": URI, "host": "other"},
    "uri_empty": {"conn_uri": "", "conn_type": "postgres", "host": "db"},
    "fields": {"conn_type": "postgres", "host": "db", "port": "5433", "login": "etl", "password": "hunter2"},
    "extra": {"conn_type": "postgres", "extra": {"sslmode": "require"}},
    "extra_text": {"conn_type": "postgres", "extra": '{"sslmode": "require"}'},
    "nulls": {"conn_type": "postgres", "host": None, "port": None},
    "unknown": {"conn_type": "postgres", "hostname": "db"},
    "uri_list": {"conn_uri": [URI]},
    "uri_key": {"uri": URI},
    "folder/inside": {"conn_uri": URI},
    "größe": {"conn_uri": URI},
}
ASKED = (*RECORDS, "nowhere", "deleted", "last")
KWARGS: dict[str, dict[str, Any]] = {
    "default": {},
    "null": {"connections_path": None, "variables_path": None, "config_path": None},
    "bare": {"connections_path": "", "mount_point": "bare"},
    "in the name": {"mount_point": None},
    "slash": {"connections_path": "connections/", "global_secrets_path": "common"},
    "list": {"connections_path": ["nothing", "connections"]},
    "kv1": {"mount_point": "kv1", "kv_engine_version": 1},
    "unknown": {"connections_prefix": "connections"},
    "conn_id": {"vault_conn_id": "vault_default"},
}


@any_version
def test_vault(version: str, tmp_path: Path) -> None:
    airflow = airflow_with_backends(version, tmp_path / "airflow")
    with FakeVault() as vault:
        _fill(vault)
        common = {"url": vault.url, "token": vault.token("*")}
        cases = [Case(VAULT, {**common, **kwargs}, _asked(name), ("is", "nowhere")) for name, kwargs in KWARGS.items()]
        for name, case, told in zip(KWARGS, cases, theirs(airflow, cases), strict=True):
            backend = opened(tmp_path, case.kwargs, version=version).backend
            if not isinstance(backend, RecordBackend):
                assert set(map(alike, told["connections"].values())) == {"fails"}, "for which we say why"
                continue
            mine = ours(backend, case.ids)
            assert (name, mine) == (name, {conn_id: alike(one) for conn_id, one in told["connections"].items()})
            for kind, area in ((Kind.VARIABLE, "variables"), (Kind.CONFIG, "options")):
                assert {one: _text(backend.record(kind, one)) for one in case.variables} == told[area]


def _fill(vault: FakeVault) -> None:
    for mount, version, base in (("secret", 2, "connections/"), ("bare", 2, ""), ("kv1", 1, "connections/")):
        vault.mount(mount, version)
        for conn_id, fields in RECORDS.items():
            vault.put(f"{base}{conn_id}", fields, mount)
    vault.put("connections/deleted", {"conn_uri": URI})
    vault.versions("connections/deleted")[0].deleted = True
    vault.put("common/last", {"conn_uri": URI})
    for area in ("variables", "config"):
        vault.put(f"{area}/is", {"value": "7"})
        vault.put(f"{area}/other", {"text": "7"})


def _asked(name: str) -> list[str]:
    return [f"secret/{one}" for one in ASKED] if name == "in the name" else list(ASKED)


def _text(record: object) -> str | None:
    return record.text.reveal() if isinstance(record, Record) else None


SECRETS: dict[str, str] = {
    "uri": URI,
    "fields": json.dumps({"engine": "postgres", "server": "db", "user": "etl", "pass": "hunter2", "port": "1"}),
    "own": json.dumps({"conn_type": "postgres", "host": "db", "login": "etl", "password": "hunter2"}),
    "extra": json.dumps({"conn_type": "postgres", "extra": {"sslmode": "require"}}),
    "extra_text": json.dumps({"conn_type": "postgres", "extra": '{"sslmode": "require"}'}),
    "two_words": json.dumps({"conn_type": "postgres", "server": "first", "host": "second"}),
    "wirt": json.dumps({"conn_type": "postgres", "wirt": "db"}),
    "unknown": json.dumps({"conn_type": "postgres", "wholly": "unknown"}),
    "broken": '{"host": ',
    "spaces": "  " + URI + "  ",
}
AWS_IDS = (*SECRETS, "nowhere")
AWS_KWARGS: dict[str, dict[str, Any]] = {
    "default": {},
    "null": {"connections_prefix": None, "variables_prefix": None, "config_prefix": None},
    "slash": {"connections_prefix": "airflow/connections/"},
    "pattern": {"connections_lookup_pattern": "u|FIELDS", "variables_lookup_pattern": "x"},
    "bad pattern": {"connections_lookup_pattern": "("},
    "wrong name": {"connections_path": "elsewhere", "full_url_mode": False},
}
MANAGER_KWARGS = {
    **AWS_KWARGS,
    "words": {"extra_conn_words": {"host": ["wirt"], "user": ["x"]}},
    "wrong words": {"extra_conn_words": {"wirt": ["host"]}},
    "none": {"connections_prefix": "", "sep": "-"},
    "sep": {"connections_prefix": "airflow", "sep": "/connections/"},
}


@pytest.mark.parametrize(
    ("version", "backend", "tables"),
    [
        pytest.param("2.11.2", MANAGER, MANAGER_KWARGS, id="2.11.2-sm"),
        pytest.param("3.3.2", STORE, AWS_KWARGS, id="3.3.2-ssm"),
        pytest.param("3.3.2", MANAGER, MANAGER_KWARGS, id="3.3.2-sm", marks=pytest.mark.soak),
        pytest.param("2.11.2", STORE, AWS_KWARGS, id="2.11.2-ssm", marks=pytest.mark.soak),
    ],
)
def test_aws(backend: str, tables: dict[str, dict[str, Any]], version: str, aws: Aws, tmp_path: Path) -> None:
    airflow = airflow_with_backends(version, tmp_path / "airflow")
    for name, text in SECRETS.items():
        aws.secret(f"airflow/connections/{name}", text)
        aws.parameter(f"/airflow/connections/{name}", text)
    for area in ("variables", "config"):
        aws.secret(f"airflow/{area}/is", "7")
        aws.parameter(f"/airflow/{area}/is", "7")
    cases = [Case(backend, {**aws.options, **kwargs}, AWS_IDS, ("is", "nowhere")) for kwargs in tables.values()]
    for name, case, told in zip(tables, cases, theirs(airflow, cases), strict=True):
        ours_opened = opened(tmp_path, case.kwargs, backend, version=version).backend
        if not isinstance(ours_opened, RecordBackend):
            assert "fails" in set(map(_failure, told["connections"].values())), name
            continue
        mine = ours(ours_opened, case.ids)
        assert (name, mine) == (name, {conn_id: alike(one) for conn_id, one in told["connections"].items()})
        for kind, area in ((Kind.VARIABLE, "variables"), (Kind.CONFIG, "options")):
            assert {one: _text(ours_opened.record(kind, one)) for one in case.variables} == told[area]


def _failure(told: Any) -> str:
    return "fails" if alike(told) == "fails" else "answers"


FILES = "airflow.secrets.local_filesystem.LocalFilesystemBackend"
GOOD = {
    "uri": URI,
    "fields": {"conn_type": "postgres", "host": "db", "port": 5433, "login": "etl", "password": "hunter2"},
    "dejson": {"conn_type": "postgres", "extra_dejson": {"sslmode": "require"}},
    "extra": {"conn_type": "postgres", "extra": {"sslmode": "require"}},
    "own_id": {"conn_id": "own_id", "conn_type": "postgres"},
    "of_one": [URI],
    "of_none": [],
}
CONTENTS: dict[str, str] = {
    "good.json": json.dumps(GOOD),
    "good.yaml": json.dumps(GOOD, indent=1),
    "plain.yml": f"uri: {URI}\nfields:\n  conn_type: postgres\n  host: db\n",
    "twice.json": f'{{"uri": "postgres://first", "uri": "{URI}"}}',
    "twice.yaml": f"uri: postgres://first\nuri: {URI}\n",
    "good.env": f"# a comment\n\n  # another\nuri={URI}\nfields=postgres://db\n",
    "twice.env": f"uri={URI}\nfields=postgres://db\nuri={URI}\n",
    "line.env": f"uri={URI}\nfields\n",
    "valueless.env": f"uri={URI}\nfields=\n",
    "several.json": json.dumps({"uri": URI, "fields": [URI, URI]}),
    "unknown.json": json.dumps({"uri": URI, "fields": {"hostname": "db"}}),
    "both.json": json.dumps({"uri": URI, "fields": {"extra": "{}", "extra_dejson": {}}}),
    "other_id.json": json.dumps({"uri": URI, "fields": {"conn_id": "another"}}),
    "number.json": json.dumps({"uri": URI, "fields": 7}),
    "array.json": "[]",
    "broken.json": '{"uri": ',
    "empty.json": "",
    "empty.env": "",
    "broken.yaml": "uri: [",
    "other.txt": URI,
}
NAMES = ("uri", "fields", "dejson", "extra", "own_id", "of_one", "of_none", "nowhere")


@any_version
def test_local_files(version: str, tmp_path: Path) -> None:
    airflow = airflow_with_backends(version, tmp_path / "airflow")
    for name, content in CONTENTS.items():
        (tmp_path / name).write_text(content)
    cases = [Case(FILES, {"connections_file_path": str(tmp_path / path)}, NAMES) for path in (*CONTENTS, "absent.json")]
    for case, told in zip(cases, theirs(airflow, cases), strict=True):
        backend = opened(tmp_path, case.kwargs, FILES, version=version).backend
        assert isinstance(backend, RecordBackend)
        alike_told = {name: alike(fields) for name, fields in told["connections"].items()}
        assert (case.kwargs, ours(backend, NAMES)) == (case.kwargs, alike_told)


STARTS: dict[str, tuple[str, dict[str, Any]]] = {
    "vault": (VAULT, {"url": "http://127.0.0.1:1", "token": "hvs.x"}),
    "vault without a token": (VAULT, {}),
    "vault of version text": (VAULT, {"token": "hvs.x", "kv_engine_version": "2"}),
    "vault of another type": (VAULT, {"auth_type": "token2", "token": "hvs.x"}),
    "approle without a role": (VAULT, {"auth_type": "approle"}),
    "kubernetes without a role": (VAULT, {"auth_type": "kubernetes"}),
    "jwt without a token": (VAULT, {"auth_type": "jwt", "jwt_role": "x"}),
    "userpass without a name": (VAULT, {"auth_type": "userpass"}),
    "vault with a name too many": (VAULT, {"token": "hvs.x", "vault_conn_id": "x"}),
    "files": (FILES, {}),
    "files with options": (FILES, {"configs_file_path": "x"}),
    "files with a name too many": (FILES, {"connections_path": "x"}),
    "manager": (MANAGER, {}),
    "manager with a number": (MANAGER, {"connections_prefix": 7}),
    "manager with a name too many": (MANAGER, {"connections_path": "x"}),
    "store": (STORE, {}),
    "store with a number": (STORE, {"variables_prefix": 7}),
    "no such class": ("airflow.providers.hashicorp.secrets.vault.VaultBackand", {}),
}


@any_version
def test_what_we_say_airflow_does_not_start_with_it_does_not_start_with(version: str, tmp_path: Path) -> None:
    airflow = airflow_with_backends(version, tmp_path / "airflow")
    cases = [Case(*case) for case in STARTS.values()]
    for name, case, told in zip(STARTS, cases, theirs(airflow, cases), strict=True):
        found = opened(tmp_path, case.kwargs, case.backend, version=version)
        assert (name, found.stops is None) == (name, not isinstance(told, str)), found


ANY = """
import sys
sys.path.insert(0, sources)
from safeconduct.secrets.foreign import ForeignSource
from safeconduct.secrets.kwargs import Kwargs
from safeconduct.secrets.place import Kind

os.environ.update(AIRFLOW_CONN_A="postgres://etl:hunter2@db:5433/sales?x=y", AIRFLOW_VAR_A="7")
source = ForeignSource("airflow.secrets.environment_variables.EnvironmentVariablesBackend", "x", Kwargs({}, "x"))
records = [source.read(kind, name) for name in ("a", "b") for kind in (Kind.CONNECTION, Kind.VARIABLE)]
tell([record and record.text.reveal() for record in records])
"""


@any_version
def test_any_class_is_asked_where_airflow_is_installed(version: str, tmp_path: Path) -> None:
    airflow = airflow_with_backends(version, tmp_path / "airflow")
    connection, variable, *nothing = told_by(airflow, ANY, sources=str(SOURCES))
    fields = json.loads(connection)
    assert (fields["host"], fields["password"], fields["port"]) == ("db", "hunter2", 5433)
    assert json.loads(fields["extra"]) == {"x": "y"}
    assert (variable, nothing) == ("7", [None, None])
