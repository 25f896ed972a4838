"""References in place of secrets: dry first, then done where the connection is kept, and read by real Airflows."""

from __future__ import annotations

import json
import sqlite3
import stat
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from safeconduct.airflow.metadata_edits import Overtaken
from safeconduct.diagnosis.sources import keeper_of
from safeconduct.secrets import Keeper
from safeconduct.secrets.holding import RowHolding, row_holding
from tests.fakes.vault import FakeVault
from tests.journeys.keeping import Desk
from tests.secrets.aws_places import MANAGER, STORE, aws, aws_server
from tests.secrets.backends_in_airflow import airflow_with_backends
from tests.secrets.vaults import BACKEND as VAULT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.aws import Aws

__all__ = ["aws", "aws_server"]

ROLE = "arn:aws:iam::123456789012:role/etl"
AWS = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "Pl4nted-Key", "region_name": "eu-west-1"}
GOOGLE_KEY = {"type": "service_account", "project_id": "p", "private_key": "Pl4nted-Key\n"}
READ = """
import json
from airflow.models import Connection
try:
    from airflow.utils.session import create_session
except ImportError:
    from airflow.utils.db import create_session
with create_session() as session:
    rows = session.query(Connection).order_by(Connection.conn_id).all()
    fields = {c.conn_id: [c.login, c.password, c.extra_dejson, c.is_extra_encrypted] for c in rows}
    from airflow.providers.amazon.aws.utils.connection_wrapper import AwsConnectionWrapper
    wrapped = {c.conn_id: AwsConnectionWrapper(conn=c) for c in rows if c.conn_type == "aws"}
    used = {name: [one.session_kwargs, one.role_arn, one.assume_role_kwargs] for name, one in wrapped.items()}
    print("READ" + json.dumps([fields, used]))
"""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A store of our own with a connection to AWS and one to Google."""
    desk = Desk(tmp_path, tmp_path / "home")
    desk.must("connections", "init", str(desk.airflow_home), "--real")
    put(desk, "aws_default", "aws", AWS)
    put(desk, "google", "google_cloud_platform", {"keyfile_dict": GOOGLE_KEY, "num_retries": 5})
    return desk


def put(desk: Desk, conn_id: str, conn_type: str, extra: Any, *more: str) -> None:
    given = ("--type", conn_type, "--extra", "-", "--real", *more)
    desk.must("connections", "add", conn_id, *given, stdin=json.dumps(extra))


def extra_of(desk: Desk, conn_id: str) -> Any:
    return desk.json("connections", "get", conn_id, "--reveal", reveals=True)["connection"]["extra"]


def refused(desk: Desk, *arguments: str, code: int = 1) -> str:
    """What is said where nothing is changed, in one sentence."""
    before = rows(desk)
    said = desk.run("connections", "refer", *arguments, "--real")
    assert (said.code, said.output) == (code, ""), said
    assert rows(desk) == before
    return said.errors.partition("Error: ")[2]


def rows(desk: Desk) -> list[Any]:
    with closing(sqlite3.connect(desk.airflow_home / "airflow.db")) as database:
        return database.execute("SELECT * FROM connection ORDER BY conn_id").fetchall()


def test_the_command_that_lint_prints_is_dry_until_real(desk: Desk) -> None:
    linted = desk.run("connections", "lint", "aws_default").output
    assert "safeconduct connections refer aws_default --role-arn arn:aws:iam::123456789012:role/NAME" in linted
    before = rows(desk)
    dry = desk.must("connections", "refer", "aws_default", "--role-arn", ROLE)
    assert "would take out  extra.aws_secret_access_key  ***" in dry
    assert f"would put in    extra.role_arn               {ROLE}" in dry
    assert "Cannot be judged from here: whether the role lets in who asks" in dry
    assert "What leaves is kept nowhere" in dry
    assert rows(desk) == before
    saved = desk.must("connections", "get", "aws_default", "--as", "json", "--reveal", reveals=True)
    assert "took out  extra.aws_secret_access_key" in desk.must(
        "connections", "refer", "aws_default", "--role-arn", ROLE, "--real"
    )
    assert extra_of(desk, "aws_default") == {"region_name": "eu-west-1", "role_arn": ROLE}
    assert "Nothing is to be changed" in desk.must("connections", "refer", "aws_default", "--role-arn", ROLE)
    assert "secret-in-extra" not in desk.run("connections", "lint", "aws_default").output
    desk.must("connections", "add", "aws_default", "--uri", "-", "--overwrite", "--real", stdin=saved)
    assert extra_of(desk, "aws_default") == AWS


def test_as_json_no_secret_is_told(desk: Desk) -> None:
    told = desk.json("connections", "refer", "aws_default", "--role-arn", ROLE, "--external-id", "of-us")
    assert told["comes"] == {"extra.role_arn": ROLE, "extra.assume_role_kwargs.ExternalId": "of-us"}
    assert told["leaves"] == ["extra.aws_access_key_id", "extra.aws_secret_access_key"]
    assert (told["done"], len(told["unjudged"])) == (False, 1)


def test_a_keys_file_is_compared_or_written(desk: Desk) -> None:
    path = desk.folder / "key.json"
    here = ("google", "--key-path", str(path))
    assert "No such file or directory; --write writes it, --unread takes it unread" in refused(desk, *here)
    path.write_text(json.dumps({**GOOGLE_KEY, "project_id": "q"}))
    assert "holds another secret than the connection" in refused(desk, *here)
    assert "holds another secret than the connection" in refused(desk, *here, "--write")
    path.unlink()
    assert f"would write     {path}" in desk.must("connections", "refer", *here, "--write")
    assert not path.exists()
    desk.must("connections", "refer", *here, "--write", "--real")
    assert json.loads(path.read_text()) == GOOGLE_KEY
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert extra_of(desk, "google") == {"num_retries": 5, "key_path": str(path)}


def test_a_file_that_others_may_read_is_told_and_one_elsewhere_is_taken_unread(desk: Desk) -> None:
    path = desk.folder / "key.json"
    path.write_text(json.dumps(GOOGLE_KEY))
    path.chmod(0o644)
    assert f"chmod 600 {path}" in desk.must("connections", "refer", "google", "--key-path", str(path))
    said = desk.must("connections", "refer", "google", "--key-path", "/nowhere/key.json", "--unread", "--real")
    assert "Cannot be judged from here: what the file holds, since it was not read" in said
    assert extra_of(desk, "google")["key_path"] == "/nowhere/key.json"


def test_a_file_is_kept_where_the_row_may_have_been_written(desk: Desk) -> None:
    with closing(sqlite3.connect(desk.airflow_home / "airflow.db")) as database:
        database.execute("CREATE TRIGGER no BEFORE UPDATE ON connection BEGIN SELECT RAISE(ABORT, 'no'); END")
        database.commit()
    path = desk.folder / "key.json"
    said = desk.run("connections", "refer", "google", "--key-path", str(path), "--write", "--real")
    assert (said.code, f"{path} was written and is left there" in said.errors) == (1, True)
    assert json.loads(path.read_text()) == GOOGLE_KEY
    assert extra_of(desk, "google")["keyfile_dict"] == GOOGLE_KEY


def test_a_row_that_is_changed_meanwhile_is_left(desk: Desk) -> None:
    keeper = keeper_of(desk.environment, None, 5)
    assert isinstance(keeper, Keeper)
    holding = row_holding(keeper, "google")
    assert isinstance(holding, RowHolding)
    put(desk, "google", "google_cloud_platform", {"keyfile_dict": GOOGLE_KEY, "num_retries": 6}, "--overwrite")
    with pytest.raises(Overtaken):
        holding.write(replace(holding.whole, extra=None))
    assert extra_of(desk, "google")["num_retries"] == 6


def test_what_cannot_be_sealed_is_told_before(desk: Desk) -> None:
    with closing(sqlite3.connect(desk.airflow_home / "airflow.db")) as database:
        extra = json.dumps({**AWS, "api_key": "Pl4nted-Token"})
        database.execute(
            "UPDATE connection SET extra = ?, is_extra_encrypted = 0 WHERE conn_id = 'aws_default'", (extra,)
        )
        database.commit()
    without = Desk(desk.folder, desk.airflow_home, {"AIRFLOW__CORE__FERNET_KEY": ""})
    said = without.run("connections", "refer", "aws_default", "--role-arn", ROLE)
    assert (said.code, "the Fernet key is empty" in said.output) == (1, True)
    said = without.run("connections", "refer", "aws_default", "--role-arn", ROLE, "--plaintext", "--real")
    assert "stays     extra.api_key" in said.output


def test_bad_input_is_one_sentence_and_changes_nothing(desk: Desk) -> None:
    put(desk, "web", "http", {"token": "Pl4nted-Token"})
    assert "--role-arn (a role to assume)" in refused(desk, "aws_default", code=2)
    assert "takes the ARN of a role" in refused(desk, "aws_default", "--role-arn", "etl", code=2)
    assert "not read of the type aws" in refused(desk, "aws_default", "--key-path", "/k.json", code=2)
    assert "goes with --role-arn" in refused(desk, "aws_default", "--external-id", "x", code=2)
    assert "not both" in refused(desk, "google", "--key-path", "/k.json", "--key-secret-name", "n", code=2)
    assert "goes with an option that takes a FILE" in refused(desk, "aws_default", "--profile", "x", "--write", code=2)
    assert "safeconduct connections move web --to vault" in refused(desk, "web", "--role-arn", ROLE)
    assert "airflow.connection.unknown" in desk.run("connections", "refer", "nowhere", "--profile", "x").output


def test_what_cannot_be_opened_or_is_no_object_is_left(desk: Desk) -> None:
    with closing(sqlite3.connect(desk.airflow_home / "airflow.db")) as database:
        database.execute("UPDATE connection SET extra = '[1]', is_extra_encrypted = 0 WHERE conn_id = 'google'")
        database.commit()
    said = desk.run("connections", "refer", "google", "--key-secret-name", "n", "--real")
    assert (said.code, "its extra is no JSON object" in said.output) == (1, True)
    other = {"AIRFLOW__CORE__FERNET_KEY": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="}
    said = Desk(desk.folder, desk.airflow_home, other).run(
        "connections", "refer", "aws_default", "--profile", "x", "--real"
    )
    assert (said.code, "was encrypted with another key" in said.output) == (1, True)


def test_what_stays_ends_with_1_and_is_named(desk: Desk) -> None:
    put(desk, "two", "aws", {**AWS, "api_key": "Pl4nted-Token"}, "--description", "Pl4nted-Key is its key")
    said = desk.run("connections", "refer", "two", "--profile", "etl")
    assert said.code == 1
    assert "stays           description                  it holds what leaves" in said.output
    assert "stays           extra.api_key                secret still" in said.output
    assert "connections move two --to vault" in said.output
    assert "what the profile etl is, since no file here has it" in said.output


def test_it_is_changed_where_airflow_takes_it_from(desk: Desk) -> None:
    with FakeVault() as vault:
        settings = {"VAULT_ADDR": vault.url, "VAULT_TOKEN": vault.token("*"), "AIRFLOW__SECRETS__BACKEND": VAULT}
        at_vault = Desk(desk.folder, desk.airflow_home, settings)
        vault.put("connections/aws_default", {"conn_type": "aws", "extra": AWS})
        said = at_vault.must("connections", "refer", "aws_default", "--role-arn", ROLE, "--real")
        assert "may keep earlier versions of the record" in said
        assert "Another one is kept in metadata database" in said
        kept = vault.versions("connections/aws_default")[-1].data
        assert "Pl4nted" not in json.dumps(kept)
        assert extra_of(at_vault, "aws_default") == {"region_name": "eu-west-1", "role_arn": ROLE}
    assert extra_of(desk, "aws_default") == AWS
    path = desk.folder / "connections.json"
    path.write_text(json.dumps({"aws_default": {"conn_type": "aws", "extra": AWS}, "other": "http://x"}))
    backend = "airflow.secrets.local_filesystem.LocalFilesystemBackend"
    kwargs = json.dumps({"connections_file_path": str(path)})
    in_file = Desk(
        desk.folder,
        desk.airflow_home,
        {"AIRFLOW__SECRETS__BACKEND": backend, "AIRFLOW__SECRETS__BACKEND_KWARGS": kwargs},
    )
    said = in_file.must("connections", "refer", "aws_default", "--profile", "etl", "--real")
    assert "earlier versions" not in said
    assert "Pl4nted" not in path.read_text()
    assert json.loads(path.read_text())["other"] == "http://x"
    assert extra_of(in_file, "aws_default") == {"region_name": "eu-west-1", "profile_name": "etl"}
    environment = Desk(desk.folder, desk.airflow_home, {"AIRFLOW_CONN_AWS_DEFAULT": "aws://a:Pl4nted-Word@"})
    left = environment.run("connections", "refer", "aws_default", "--profile", "etl", "--real")
    assert (left.code, "environment variable AIRFLOW_CONN_AWS_DEFAULT" in left.errors) == (1, True)


@pytest.mark.parametrize("backend", [MANAGER, STORE], ids=["secrets-manager", "parameter-store"])
def test_a_record_at_aws_loses_its_secret(desk: Desk, aws: Aws, backend: str) -> None:
    keys = {name.upper(): value for name, value in aws.options.items() if name.startswith("aws_")}
    kwargs = json.dumps({"endpoint_url": aws.url, "region_name": "eu-central-1"})
    settings = {**keys, "AIRFLOW__SECRETS__BACKEND": backend, "AIRFLOW__SECRETS__BACKEND_KWARGS": kwargs}
    at_aws = Desk(desk.folder, desk.airflow_home, settings)
    at_aws.must("connections", "move", "aws_default", "--real", "--delete-row")
    said = at_aws.must("connections", "refer", "aws_default", "--role-arn", ROLE, "--real")
    assert "took out  extra.aws_secret_access_key" in said
    assert extra_of(at_aws, "aws_default") == {"region_name": "eu-west-1", "role_arn": ROLE}


def test_a_place_before_that_fails_is_told(desk: Desk) -> None:
    settings = {"VAULT_ADDR": "http://127.0.0.1:9", "VAULT_TOKEN": "t", "AIRFLOW__SECRETS__BACKEND": VAULT}
    said = Desk(desk.folder, desk.airflow_home, settings).run("connections", "refer", "aws_default", "--profile", "x")
    assert said.code == 1
    assert "would take out  extra.aws_secret_access_key" in said.output
    assert "127.0.0.1:9" in said.errors


@pytest.mark.parametrize("version", ["2.11.2", "3.3.2"])
def test_a_real_airflow_reads_the_reference_and_no_secret(desk: Desk, version: str) -> None:
    airflow = airflow_with_backends(version, desk.airflow_home)
    given = ("--type", "aws", "--login", "AKIAIOSFODNN7EXAMPLE", "--password", "-", "--real")
    desk.must("connections", "add", "in_fields", *given, stdin="Pl4nted-Word")
    desk.must("connections", "refer", "aws_default", "--role-arn", ROLE, "--external-id", "of-us", "--real")
    desk.must("connections", "refer", "in_fields", "--profile", "etl", "--real")
    path = desk.folder / "key.json"
    desk.must("connections", "refer", "google", "--key-path", str(path), "--write", "--real")
    read, used = json.loads(airflow.python(READ).output.partition("READ")[2].strip())
    role = {"region_name": "eu-west-1", "role_arn": ROLE, "assume_role_kwargs": {"ExternalId": "of-us"}}
    assert read == {
        "aws_default": [None, None, role, True],
        "google": [None, None, {"num_retries": 5, "key_path": str(path)}, True],
        "in_fields": [None, None, {"profile_name": "etl"}, True],
    }
    assert used == {
        "aws_default": [{"region_name": "eu-west-1"}, ROLE, {"ExternalId": "of-us"}],
        "in_fields": [{"profile_name": "etl"}, None, {}],
    }, "what Airflow's own AWS hook makes of it"
