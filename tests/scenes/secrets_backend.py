"""A secrets backend that Airflow asks before its own places."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.fakes.vault import FakeVault
from tests.scenes.registry import scene
from tests.scenes.scenery import PASSWORD
from tests.servers.processes import free_port

if TYPE_CHECKING:
    from tests.scenes.scenery import Scenery

VAULT = "airflow.providers.hashicorp.secrets.vault.VaultBackend"
FILES = "airflow.secrets.local_filesystem.LocalFilesystemBackend"
SECRET_ID = "5c9b0f8e-secret-id-of-the-role"
URI = f"postgres://etl:{PASSWORD}@db.example.com/sales"


@scene("secrets.backend.class-unknown")
def class_unknown(scenery: Scenery) -> None:
    """`airflow.cfg` was written for Airflow 1.10, and its class has moved into a provider."""
    _configured(scenery, "airflow.contrib.secrets.hashicorp_vault.VaultBackend", {"url": "http://127.0.0.1:8200"})


@scene("secrets.backend.kwargs-malformed")
def kwargs_malformed(scenery: Scenery) -> None:
    """`backend_kwargs` is written as in Python, with single quotes."""
    scenery.configure(
        f"[secrets]\nbackend = {FILES}\nbackend_kwargs = {{'connections_file_path': '/etc/conns.json'}}\n"
    )


@scene("secrets.backend.kwarg-unknown")
def kwarg_unknown(scenery: Scenery) -> None:
    """`backend_kwargs` was copied from a tutorial, and has `connections_prefix` for Vault."""
    _vault(scenery, connections_prefix="airflow/connections")


@scene("secrets.backend.kwarg-invalid")
def kwarg_invalid(scenery: Scenery) -> None:
    """`kv_engine_version` is `"2"`, a text."""
    _vault(scenery, kv_engine_version="2")


@scene("secrets.backend.unreachable")
def unreachable(scenery: Scenery) -> None:
    """Vault has been stopped."""
    _configured(scenery, VAULT, _approle(scenery, free_port()))


@scene("secrets.backend.login-refused")
def login_refused(scenery: Scenery) -> None:
    """The role's secret_id is one that was revoked."""
    _vault(scenery, secret_id="3d1f7a24-revoked")


@scene("secrets.backend.forbidden")
def forbidden(scenery: Scenery) -> None:
    """The role's policy has the path of KV version 1, without `data/`; the engine is of version 2."""
    _vault(scenery, allowed="read secret/connections/*")


@scene("secrets.backend.sealed")
def sealed(scenery: Scenery) -> None:
    """Vault was restarted, and nobody has unsealed it yet."""
    _vault(scenery).sealed = True


@scene("secrets.backend.throttled", "safeconduct why warehouse --timeout 0.5")
def throttled(scenery: Scenery) -> None:
    """Vault has a rate limit quota, and all other parts of this Airflow have spent it."""
    _vault(scenery).fault = 429


@scene("secrets.backend.failed")
def failed(scenery: Scenery) -> None:
    """A proxy in front of Vault takes another program for it, which answers every request with 418."""
    _vault(scenery).fault = 418


@scene("secrets.vault.mount-wrong")
def mount_wrong(scenery: Scenery) -> None:
    """The engine under `secret` is of KV version 2, and `kv_engine_version` says 1."""
    _vault(scenery, kv_engine_version=1)


@scene("secrets.record.malformed")
def record_malformed(scenery: Scenery) -> None:
    """Somebody wrote the URI as a list of one."""
    _vault(scenery, record={"conn_uri": [URI]})


@scene("secrets.record.name-impossible", "safeconduct why ../variables/warehouse")
def name_impossible(scenery: Scenery) -> None:
    """A conn_id was put together from a path, and leads out of the path of the connections."""
    _vault(scenery)


@scene("secrets.file.unreadable")
def file_unreadable(scenery: Scenery) -> None:
    """The last line of a `.env` file has a blank instead of `=`; all its other connections are lost with it."""
    _files(scenery, "connections.env", f"warehouse={URI}\narchive {URI}\n")


@scene("secrets.file.duplicate")
def file_duplicate(scenery: Scenery) -> None:
    """Two `.env` files were joined, and both had `warehouse`."""
    _files(scenery, "connections.env", f"warehouse={URI}\nwarehouse={URI}\n")


def _vault(scenery: Scenery, record: object = None, allowed: str = "read secret/data/*", **kwargs: object) -> FakeVault:
    """A Vault with a connection that is in order, asked with these options beside those that are right."""
    vault = scenery.enters(FakeVault())
    vault.let_in("approle", "airflow", SECRET_ID, allowed)
    vault.put("connections/warehouse", {"conn_uri": URI} if record is None else record)
    _configured(scenery, VAULT, {**_approle(scenery, vault.port), **kwargs})
    return vault


def _approle(scenery: Scenery, port: int) -> dict[str, object]:
    scenery.shows(port, "8200")
    address = f"http://127.0.0.1:{port}"
    return {"url": address, "auth_type": "approle", "role_id": "airflow", "secret_id": SECRET_ID}


def _files(scenery: Scenery, name: str, text: str) -> None:
    path = scenery.home / name
    path.write_text(text)
    _configured(scenery, FILES, {"connections_file_path": str(path)})


def _configured(scenery: Scenery, backend: str, kwargs: dict[str, object]) -> None:
    scenery.configure(f"[secrets]\nbackend = {backend}\nbackend_kwargs = {json.dumps(kwargs)}\n")
