"""What an audit finds beyond the keys: secrets that are shown, TLS that is off, options that do nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet

from tests.scenes.registry import scene
from tests.scenes.scenery import PASSWORD

if TYPE_CHECKING:
    from tests.scenes.scenery import Scenery
    from tests.secrets.metadata_file import MetadataFile

OLD, NEW = Fernet.generate_key(), Fernet.generate_key()
THEN = 1_700_000_000
"""2023-11-14, in seconds since 1970."""
AUDIT = "safeconduct secrets audit"
RUNS = """CREATE TABLE xcom (dag_run_id INTEGER, task_id TEXT, map_index INTEGER, key TEXT, dag_id TEXT, run_id TEXT,
    value BLOB, PRIMARY KEY (dag_run_id, task_id, map_index, key))"""
TASKS = "CREATE TABLE task_instance (dag_id TEXT, task_id TEXT, run_id TEXT, map_index INTEGER, next_kwargs TEXT)"


@scene("secrets.connection.secret-shown", AUDIT)
def shown_in_extra(scenery: Scenery) -> None:
    """A connection to Azure's storage has its key in the extra, under a name that is not among those Airflow hides."""
    _kept(scenery)
    _row(scenery, conn_type="wasb", extra={"account_key": PASSWORD})


@scene("secrets.variable.secret-shown", AUDIT)
def shown_variable(scenery: Scenery) -> None:
    """A variable holds settings in JSON, with a password under a name of its own."""
    metadata = _kept(scenery)
    value = _sealed(json.dumps({"db": {"host": "db.example.com", "pwd": PASSWORD}}))
    metadata.sql("INSERT INTO variable (key, val, is_encrypted) VALUES ('settings', ?, 1)", value)


@scene("secrets.field.secret-in-plaintext", AUDIT)
def in_field(scenery: Scenery) -> None:
    """Somebody wrote a whole URL into the host, user and password included."""
    _kept(scenery)
    _row(scenery, conn_type="http", host=f"https://etl:{PASSWORD}@api.example.com")


@scene("secrets.xcom.token", AUDIT)
def embedded(scenery: Scenery) -> None:
    """A task returned a DeltaTable before the key was changed: Airflow encrypted its options within the XCom."""
    metadata = _kept(scenery)
    options = {"AWS_SECRET_ACCESS_KEY": _sealed(PASSWORD, OLD)}
    value = {"__classname__": "deltalake.table.DeltaTable", "__data__": {"storage_options": options}}
    metadata.sql(
        "INSERT INTO xcom VALUES (1, 'load', -1, 'return_value', 'sales', 'manual__1', ?)", json.dumps(value).encode()
    )


@scene("secrets.tls.off", AUDIT)
def tls_off(scenery: Scenery) -> None:
    """The connection leaves sslmode open, so that libpq takes TLS where the server has it, and else goes without."""
    _kept(scenery)
    _row(scenery, password=PASSWORD)


@scene("secrets.tls.unverified", AUDIT)
def tls_unverified(scenery: Scenery) -> None:
    """TLS is required, and no certificate is asked for."""
    _kept(scenery)
    _row(scenery, password=PASSWORD, extra={"sslmode": "require"})


@scene("secrets.option.without-effect", AUDIT)
def without_effect(scenery: Scenery) -> None:
    """Somebody followed a tutorial."""
    _kept(scenery, "[webserver]\nshow_connection_password = False\n")


@scene("secrets.option.renamed", AUDIT)
def renamed(scenery: Scenery) -> None:
    """The configuration was written for Airflow 2.0, and is still read."""
    _kept(scenery, "[admin]\nsensitive_variable_fields = pat,pwd\n")


@scene("secrets.option.masking-off", AUDIT)
def masking_off(scenery: Scenery) -> None:
    """Hiding was switched off to see what a connection has, and never on again."""
    _kept(scenery, "[core]\nhide_sensitive_var_conn_fields = False\n")


def _kept(scenery: Scenery, options: str = "") -> MetadataFile:
    """The metadata database of an Airflow whose key was changed, with these options besides."""
    keys = f"fernet_key = {NEW.decode()},{OLD.decode()}\n"
    scenery.configure(
        options.replace("[core]\n", f"[core]\n{keys}") if "[core]" in options else f"[core]\n{keys}{options}"
    )
    metadata = scenery.metadata_file()
    for statement in (RUNS, TASKS):
        metadata.sql(statement)
    return metadata


def _sealed(text: str, key: bytes = NEW) -> str:
    return Fernet(key).encrypt_at_time(text.encode(), THEN).decode()


def _row(scenery: Scenery, password: str = "", extra: dict[str, Any] | None = None, **columns: Any) -> None:
    """The connection warehouse, sealed with the first key."""
    values = {"host": "db.example.com", "login": "etl", **columns}
    if password:
        values |= {"password": _sealed(password), "is_encrypted": 1}
    if extra is not None:
        values |= {"extra": _sealed(json.dumps(extra)), "is_extra_encrypted": 1}
    scenery.metadata_file().add("warehouse", **values)
