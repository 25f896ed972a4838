"""airflow.cfg and AIRFLOW__SECTION__KEY, as they should not be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.scenes.registry import scene

if TYPE_CHECKING:
    from tests.scenes.scenery import Scenery


@scene("airflow.configuration.file-unreadable")
def file_unreadable(scenery: Scenery) -> None:
    """A container mounted a file that did not exist, and so `airflow.cfg` became a directory."""
    (scenery.home / "airflow.cfg").mkdir()


@scene("airflow.configuration.file-missing")
def file_missing(scenery: Scenery) -> None:
    """`AIRFLOW_CONFIG` is `/etc/airflow/airflow.cfg`, and there is no `/etc/airflow`."""
    scenery.environment["AIRFLOW_CONFIG"] = "/etc/airflow/airflow.cfg"


@scene("airflow.configuration.file-not-text")
def file_not_text(scenery: Scenery) -> None:
    """An editor saved `airflow.cfg` as Latin-1, with a comment in French."""
    (scenery.home / "airflow.cfg").write_bytes("[core]\n# clé de l'équipe\n".encode("latin-1"))


@scene("airflow.configuration.file-malformed")
def file_malformed(scenery: Scenery) -> None:
    """Two files were joined, and `airflow.cfg` has the section `[core]` twice."""
    scenery.configure("[core]\nexecutor = LocalExecutor\n\n[core]\nparallelism = 32\n")


@scene("airflow.configuration.value-malformed")
def value_malformed(scenery: Scenery) -> None:
    """The password in `sql_alchemy_conn` has a percent sign that is not doubled."""
    scenery.configure("[database]\nsql_alchemy_conn = postgresql://airflow:50%40off@db/airflow\n")


@scene("airflow.configuration.value-endless")
def value_endless(scenery: Scenery) -> None:
    """`AIRFLOW__CORE__FERNET_KEY` is `$FERNET_KEY`, which is `$THE_KEY`, which is `$FERNET_KEY` again."""
    scenery.metadata_file()
    scenery.environment |= {"FERNET_KEY": "$THE_KEY", "THE_KEY": "$FERNET_KEY"}
    scenery.environment["AIRFLOW__CORE__FERNET_KEY"] = "$FERNET_KEY"


@scene("airflow.configuration.value-type")
def value_type(scenery: Scenery) -> None:
    """`[core] unit_test_mode` in `airflow.cfg` is `no`, which is none of Airflow's words."""
    scenery.configure("[core]\nunit_test_mode = no\n")


@scene("airflow.configuration.option-missing", "safeconduct config get-value database sql_alchemy_con")
def option_missing(scenery: Scenery) -> None:
    """The option's name is misspelt."""


@scene("airflow.configuration.command-failed")
def command_failed(scenery: Scenery) -> None:
    """`airflow.cfg` takes the Fernet key from `cat /run/secrets/fernet_key`, and there is no such file."""
    scenery.configure("[core]\nfernet_key_cmd = cat /run/secrets/fernet_key\n")
    scenery.metadata_file()


@scene("airflow.configuration.secret-failed", "safeconduct config get-value secrets backend_kwargs")
def secret_failed(scenery: Scenery) -> None:
    """`airflow.cfg` keeps the options of the secrets backend in that same secrets backend."""
    backend = "airflow.providers.hashicorp.secrets.vault.VaultBackend"
    scenery.configure(f"[secrets]\nbackend = {backend}\nbackend_kwargs_secret = airflow/kwargs\n")


@scene("airflow.configuration.unit-test-mode")
def unit_test_mode(scenery: Scenery) -> None:
    """`AIRFLOW__CORE__UNIT_TEST_MODE` was left at True."""
    scenery.environment["AIRFLOW__CORE__UNIT_TEST_MODE"] = "True"
