"""A connection that a secrets backend keeps: found there, or the reason why not, and no credential in any output."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from safeconduct.report import FORMATS
from tests.fakes.vault import FakeVault
from tests.journeys.asking import PASSWORD, why
from tests.masking.planting import Plants

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.servers.postgres import Postgres

VAULT = "airflow.providers.hashicorp.secrets.vault.VaultBackend"
SECRET_ID = "7d1c-the-secret-id-of-airflow"


@pytest.fixture
def vault() -> Iterator[FakeVault]:
    with FakeVault() as found:
        found.let_in("approle", "airflow", SECRET_ID, "read secret/data/*")
        yield found


def configured(vault: FakeVault, **kwargs: object) -> dict[str, str]:
    own = {"url": vault.url, "auth_type": "approle", "role_id": "airflow", "secret_id": SECRET_ID}
    return {"AIRFLOW__SECRETS__BACKEND": VAULT, "AIRFLOW__SECRETS__BACKEND_KWARGS": json.dumps({**own, **kwargs})}


def sales(server: Postgres) -> str:
    server.create_role("etl", PASSWORD)
    server.create_database("sales")
    return f"postgres://etl:{PASSWORD}@{server.host}:{server.port}/sales"


def test_a_connection_that_vault_keeps_gets_in(postgres: Postgres, vault: FakeVault, tmp_path: Path) -> None:
    vault.put("connections/warehouse", {"conn_uri": sales(postgres)})
    answer = why(
        postgres, tmp_path, "warehouse", AIRFLOW_CONN_WAREHOUSE="postgres://nobody@127.0.0.1:1", **configured(vault)
    )
    assert answer.code == 0, answer.text
    assert f"definition      Vault at {vault.url}, secret/data/connections/warehouse" in answer.text
    assert vault.logins == {"approle": 1}


def test_without_it_there_the_variable_counts_and_it_is_said_who_was_asked(
    postgres: Postgres, vault: FakeVault, tmp_path: Path
) -> None:
    sales(postgres)
    answer = why(postgres, tmp_path, "warehouse", **configured(vault))
    assert answer.code == 0, answer.text
    assert "asked before, without it: Vault at" in " ".join(answer.text.split())


def test_a_wrong_option_is_told_beside_a_connection_that_gets_in_without_vault(
    postgres: Postgres, vault: FakeVault, tmp_path: Path
) -> None:
    vault.put("connections/warehouse", {"conn_uri": "postgres://etl@db.example.com"})
    sales(postgres)
    wrong = configured(vault, connections_prefix="airflow/connections", vault_conn_id="vault_default")
    answer = why(postgres, tmp_path, "warehouse", "--format", "json", **wrong)
    assert sorted((one["rule"], one["severity"]) for one in answer.report["findings"]) == [
        ("secrets.backend.kwarg-unknown", "error"),
        ("secrets.backend.kwarg-unknown", "warning"),
    ]
    assert [walk["outcome"] for walk in answer.report["walks"]] == ["in"]
    assert answer.code == 1
    assert not vault.requests


def test_all_connections_where_vault_may_not_be_listed(postgres: Postgres, vault: FakeVault, tmp_path: Path) -> None:
    sales(postgres)
    answer = why(postgres, tmp_path, "--format", "json", **configured(vault))
    assert [walk["connection"] for walk in answer.report["walks"]] == ["warehouse"]
    assert ["not listed" in one["reason"] for one in answer.report["unjudged"]] == [True]
    assert answer.code == 3


def _states(vault: FakeVault, plant: Plants) -> Iterator[tuple[str, dict[str, Any]]]:
    """What goes wrong, and the options for it, with a secret planted wherever one can stand."""
    vault.put("connections/broken", {"conn_uri": f"postgres://etl:{plant('an unquoted #')}#x@db/sales"})
    vault.put("connections/unknown", {"conn_type": "postgres", "passwort": plant("a field")})
    vault.put("connections/listed", {"conn_uri": [plant("a list")]})
    yield "in order", {}
    yield "wrong secret_id", {"secret_id": plant("a secret_id")}
    yield "wrong token", {"auth_type": "token", "token": plant("a token")}
    yield "wrong password", {"auth_type": "userpass", "username": "u", "password": plant("a password")}
    yield "unknown option", {"connections_prefix": plant("an unknown option"), "secret_id": plant("beside it")}
    yield "wrong version", {"kv_engine_version": plant("a version"), "secret_id": plant("a fatal one")}
    yield "wrong url", {"url": f"https://user:{plant('a URL')}@127.0.0.1:1"}
    yield "no url", {"url": f"user:{plant('no URL')}@vault"}
    vault.fault = 429
    yield "throttled", {}
    vault.fault = json.dumps({"errors": [plant("what Vault says")], "data": plant("its data")}).encode()
    yield "nonsense", {}
    vault.fault, vault.sealed = None, True
    yield "sealed", {}


def test_no_output_has_a_credential(postgres: Postgres, vault: FakeVault, tmp_path: Path) -> None:
    plant, formats, said = Plants(), sorted(FORMATS), []
    for number, (_, kwargs) in enumerate(_states(vault, plant)):
        options = configured(vault, **kwargs)
        names = ("broken", "unknown", "listed", "nowhere")
        format_ = formats[number % len(formats)]
        answer = why(postgres, tmp_path, *names, "--timeout", "0.5", "--format", format_, **options)
        assert answer.code in (1, 3), answer.text
        said.append(answer.text)
    text = "\n".join(said)
    assert SECRET_ID not in text
    assert not plant.found_in(text)


def test_options_that_are_no_json_are_not_quoted(postgres: Postgres, tmp_path: Path) -> None:
    plant = Plants()
    texts = [f"{{'token': '{plant('Python')}'}}", f'{{"token": "{plant("cut off")}', f'["{plant("a list")}"]']
    for text in texts:
        options = {"AIRFLOW__SECRETS__BACKEND": VAULT, "AIRFLOW__SECRETS__BACKEND_KWARGS": text}
        answer = why(postgres, tmp_path, "warehouse", "--timeout", "0.5", VAULT_TOKEN="hvs.x", **options)
        assert "secrets.backend.kwargs-malformed" in answer.text
        assert not plant.found_in(answer.text)
