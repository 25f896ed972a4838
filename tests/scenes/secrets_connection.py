"""What connections lose on their way elsewhere, and what stands in the way of moving them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet

from tests.fakes.vault import FakeVault
from tests.scenes.registry import scene
from tests.scenes.scenery import PASSWORD
from tests.scenes.secrets_backend import FILES, VAULT

if TYPE_CHECKING:
    from tests.scenes.scenery import Scenery

LINT = "safeconduct connections lint warehouse"
MOVE = "safeconduct connections move warehouse --real"
KEY = Fernet.generate_key()


@scene("secrets.connection.name-refused", 'safeconduct connections lint "ware house"')
def name_refused(scenery: Scenery) -> None:
    """The connection was stored by an Airflow that did not look at conn_ids yet."""
    _row(scenery, conn_id="ware house")


@scene("secrets.connection.field-cut", LINT)
def field_cut(scenery: Scenery) -> None:
    """A list of hosts stands in the field for one, in a SQLite file that is to become a PostgreSQL database."""
    _row(scenery, host=",".join(f"db{number}.example.com" for number in range(40)))


@scene("secrets.connection.extra-not-object", LINT)
def extra_not_object(scenery: Scenery) -> None:
    """Somebody wrote the extra as in a URI."""
    _row(scenery, extra="sslmode=require")


@scene("secrets.connection.password-empty", LINT)
def password_empty(scenery: Scenery) -> None:
    """A script sealed an empty password and wrote it into the table."""
    _row(scenery, password="")


@scene("secrets.connection.uri-changes", LINT)
def uri_changes(scenery: Scenery) -> None:
    """The extra has a number and a boolean as texts, which Airflow 3 reads as values when they stand in a URI."""
    _row(scenery, extra=json.dumps({"connect_timeout": "10", "autocommit": "true"}))


@scene("secrets.connection.json-changes", LINT)
def json_changes(scenery: Scenery) -> None:
    """The type is written with a - where Airflow has a _."""
    _row(scenery, conn_type="google-cloud-platform")


@scene("secrets.connection.secret-in-extra", LINT)
def secret_in_extra(scenery: Scenery) -> None:
    """A connection to AWS has its key in the extra."""
    extra = {"region_name": "eu-central-1", "aws_secret_access_key": PASSWORD}
    _row(scenery, conn_type="aws", extra=json.dumps(extra))


@scene("secrets.connection.movable", LINT)
def movable(scenery: Scenery) -> None:
    """The password is sealed in the metadata database, as Airflow does by default."""
    _row(scenery, password=PASSWORD)


@scene("secrets.record.not-kept", MOVE)
def not_kept(scenery: Scenery) -> None:
    """The file of the local file backend is one of lines, which hold URIs, and the type has an upper case letter."""
    path = scenery.home / "connections.env"
    _row(scenery, conn_type="Postgres", password=PASSWORD)
    _configured(scenery, FILES, {"connections_file_path": str(path)})


class _Rushed(FakeVault):
    """Somebody else writes each record right before it is written."""

    def answer(self, method: str, path: str, query: dict[str, str], headers: Any, body: Any) -> Any:
        if method in ("POST", "PUT") and path.startswith("secret/data/"):
            self.put(path.removeprefix("secret/data/"), {"conn_type": "postgres", "host": "elsewhere"})
        return super().answer(method, path, query, headers, body)


@scene("secrets.record.overtaken", MOVE)
def overtaken(scenery: Scenery) -> None:
    """While the connection is moved to Vault, somebody else writes the record under its name."""
    vault = scenery.enters(_Rushed())
    scenery.shows(vault.port, "8200")
    scenery.environment["VAULT_TOKEN"] = vault.token("*")
    _row(scenery, password=PASSWORD)
    _configured(scenery, VAULT, {"url": f"http://127.0.0.1:{vault.port}"})


def _row(scenery: Scenery, **columns: Any) -> None:
    """The connection in the metadata database, its password sealed."""
    scenery.configure(f"[core]\nfernet_key = {KEY.decode()}\n")
    if (password := columns.pop("password", None)) is not None:
        columns |= {"password": Fernet(KEY).encrypt(password.encode()).decode(), "is_encrypted": 1}
    whole = {"conn_id": "warehouse", "host": "db.example.com", "schema": "sales", "login": "etl", **columns}
    scenery.metadata_file().add(**whole)


def _configured(scenery: Scenery, backend: str, kwargs: dict[str, object]) -> None:
    with (scenery.home / "airflow.cfg").open("a") as configuration:
        configuration.write(f"[secrets]\nbackend = {backend}\nbackend_kwargs = {json.dumps(kwargs)}\n")
