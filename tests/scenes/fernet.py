"""The keys that open a row of the metadata database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.fernet import Fernet

from tests.scenes.registry import scene
from tests.scenes.scenery import PASSWORD

if TYPE_CHECKING:
    from tests.scenes.scenery import Scenery

OLD, NEW = Fernet.generate_key(), Fernet.generate_key()
THEN = 1_700_000_000
"""When the row was written, in seconds since 1970: 2023-11-14."""


@scene("airflow.fernet.key-absent")
def key_absent(scenery: Scenery) -> None:
    """A worker has `sql_alchemy_conn` in its environment, but neither the key nor an `airflow.cfg`."""
    _encrypted(scenery)
    scenery.environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"] = f"sqlite:///{scenery.home}/airflow.db"
    (scenery.home / "airflow.cfg").unlink()


@scene("airflow.fernet.key-empty")
def key_empty(scenery: Scenery) -> None:
    """`fernet_key` stands in `airflow.cfg` without a value."""
    _encrypted(scenery, key="")


@scene("airflow.fernet.key-malformed")
def key_malformed(scenery: Scenery) -> None:
    """The old key was taken out of `fernet_key`, and its comma was left."""
    _encrypted(scenery, key=f"{NEW.decode()},")


@scene("airflow.fernet.key-other")
def key_other(scenery: Scenery) -> None:
    """The key was changed, and `warehouse` was not encrypted anew."""
    _encrypted(scenery, key=NEW.decode())


@scene("airflow.fernet.row-corrupt")
def row_corrupt(scenery: Scenery) -> None:
    """Somebody wrote the password into the table by hand; the row still says that it is encrypted."""
    _encrypted(scenery, key=OLD.decode())
    scenery.metadata_file().sql("UPDATE connection SET password = ?", PASSWORD)


@scene("airflow.fernet.flag-lies")
def flag_lies(scenery: Scenery) -> None:
    """A script copied the row and left `is_encrypted` out."""
    _encrypted(scenery, key=OLD.decode())
    scenery.metadata_file().sql("UPDATE connection SET is_encrypted = 0")


def _encrypted(scenery: Scenery, key: str | None = None) -> None:
    token = Fernet(OLD).encrypt_at_time(PASSWORD.encode(), THEN).decode()
    scenery.configure("" if key is None else f"[core]\nfernet_key = {key}\n")
    scenery.metadata_file().add(
        "warehouse", host="127.0.0.1", schema="sales", login="etl", password=token, is_encrypted=1
    )
