"""The list of Fernet keys in a secrets backend: put there, read from there by Airflow's option, and verified."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from cryptography.fernet import Fernet

from tests.fakes.vault import FakeVault
from tests.journeys.keeping import Desk, desk_on
from tests.secrets.credential_tables import sqlite_tables
from tests.servers.airflow import real_airflow
from tests.servers.availability import require
from tests.servers.aws import Aws

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OLD = Fernet.generate_key().decode()
KEY, SECRET = "AIRFLOW__CORE__FERNET_KEY", "AIRFLOW__CORE__FERNET_KEY_SECRET"
VAULT = "airflow.providers.hashicorp.secrets.vault.VaultBackend"
AWS = {
    "aws-sm": "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend",
    "aws-ssm": "airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend",
}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    tables = sqlite_tables(tmp_path / "airflow.db")
    tables.fill(Fernet(OLD), 4)
    return desk_on(tables, tmp_path, OLD)


def with_settings(desk: Desk, **more: str) -> Desk:
    return Desk(desk.folder, desk.airflow_home, {**desk.settings, **more})


def by_secret(desk: Desk) -> Desk:
    settings = {name: value for name, value in desk.settings.items() if name != KEY}
    return Desk(desk.folder, desk.airflow_home, {**settings, SECRET: "fernet-key"})


def rotated(desk: Desk, to: str) -> Desk:
    """From the key in the environment to one more in the backend, which the option then names."""
    said = desk.must("keys", "generate", "--to", to)
    assert "Nothing was written" in said
    said = desk.must("keys", "generate", "--to", to, "--real")
    assert "fernet_key_secret = fernet-key" in said
    assert OLD not in said
    there = by_secret(desk)
    assert "2, from" in there.run("keys", "status").output
    assert "has signed all" in there.must("keys", "rotate", "--real")
    assert "opens all there is" in there.must("keys", "verify-backup", "--from", to)
    again = desk.run("keys", "generate", "--to", to, "--real")  # the environment still has the old key alone
    assert (again.code, "restart Airflow with them first" in again.errors) == (1, True)
    return there


def test_in_vault(desk: Desk, vault: FakeVault) -> None:
    there = with_settings(desk, VAULT_ADDR=vault.url, VAULT_TOKEN=vault.token("*"), AIRFLOW__SECRETS__BACKEND=VAULT)
    assert with_settings(there).run("keys", "verify-backup", "--from", "vault").code == 3
    there = rotated(there, "vault")
    there.must("keys", "generate", "--to", "vault", "--real")
    assert "3, from" in there.run("keys", "status").output


@pytest.fixture(scope="module")
def aws() -> Iterator[Aws]:
    with Aws() as found:
        yield found


@pytest.mark.parametrize("to", AWS)
def test_at_aws(desk: Desk, aws: Aws, to: str) -> None:
    kwargs = json.dumps(aws.options)
    there = rotated(with_settings(desk, AIRFLOW__SECRETS__BACKEND=AWS[to], AIRFLOW__SECRETS__BACKEND_KWARGS=kwargs), to)
    assert "The first key alone opens all there is." in there.must("keys", "status")


@pytest.mark.parametrize("version", ["3.3.2", pytest.param("2.11.2", marks=pytest.mark.soak)])
def test_a_real_airflow_reads_the_list_from_vault(desk: Desk, vault: FakeVault, version: str, tmp_path: Path) -> None:
    there = with_settings(
        desk,
        VAULT_ADDR=vault.url,
        AIRFLOW__SECRETS__BACKEND=VAULT,
        AIRFLOW__SECRETS__BACKEND_KWARGS=json.dumps({"url": vault.url, "token": vault.token("*")}),
    )
    there = rotated(there, "vault")
    (tmp_path / "airflow").mkdir()
    airflow = require(real_airflow(version, tmp_path / "airflow"))
    airflow.settings |= {SECRET: "fernet-key"} | {
        name: value for name, value in there.settings.items() if name.startswith("AIRFLOW__SECRETS")
    }
    said = airflow.python(
        "from airflow.configuration import conf; print(len(conf.get('core', 'fernet_key').split(',')))"
    )
    assert said.output.strip().splitlines()[-1] == "2"
