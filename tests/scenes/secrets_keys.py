"""The Fernet keys taken together with all that they have encrypted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet

from safeconduct.secrets.rotation import PURPOSE
from tests.scenes.registry import scene
from tests.scenes.scenery import PASSWORD

if TYPE_CHECKING:
    from tests.scenes.scenery import Scenery

OLD, NEW, OTHER = (Fernet.generate_key() for _ in range(3))
LONG_AGO, THEN = 1_600_000_000, 1_700_000_000
"""In seconds since 1970: 2020-09-13 and 2023-11-14."""
STATUS, ROTATE = "safeconduct keys status", "safeconduct keys rotate --real"


@scene("secrets.keys.still-needed", STATUS)
def still_needed(scenery: Scenery) -> None:
    """A new key was put in front, and nothing was rotated yet."""
    _kept(scenery, NEW, OLD)
    _add(scenery, "warehouse", OLD)


@scene("secrets.keys.plaintext", STATUS)
def plaintext(scenery: Scenery) -> None:
    """The connection was stored before there was a key."""
    _kept(scenery, NEW)
    scenery.metadata_file().add("warehouse", host="db.example.com", password=PASSWORD, is_encrypted=0)


@scene("secrets.keys.too-old", f"{STATUS} --max-age 90d")
def too_old(scenery: Scenery) -> None:
    """The key was never changed since 2023."""
    _kept(scenery, OLD)
    _add(scenery, "warehouse", OLD)


@scene("secrets.keys.lost", STATUS)
def lost(scenery: Scenery) -> None:
    """The key was replaced, and the old one was thrown away."""
    _kept(scenery, NEW)
    _add(scenery, "warehouse", OTHER)


@scene("secrets.keys.no-token", STATUS)
def no_token(scenery: Scenery) -> None:
    """Somebody wrote the password into the table by hand; the row still says that it is encrypted."""
    _kept(scenery, NEW)
    scenery.metadata_file().add("warehouse", host="db.example.com", password=PASSWORD, is_encrypted=1)


@scene("secrets.keys.flags-lie", STATUS)
def flags_lie(scenery: Scenery) -> None:
    """A script copied the row, and left `is_encrypted` out."""
    _kept(scenery, NEW)
    _add(scenery, "warehouse", NEW, is_encrypted=0)


@scene("secrets.keys.order", ROTATE)
def order(scenery: Scenery) -> None:
    """The new key was put behind the old one, after a connection had been stored with it."""
    _kept(scenery, OLD, NEW)
    metadata = scenery.metadata_file()
    for conn_id, key, then in (("warehouse", OLD, LONG_AGO), ("reports", NEW, THEN)):
        token = Fernet(key).encrypt_at_time(PASSWORD.encode(), then).decode()
        metadata.add(conn_id, host="db.example.com", password=token, is_encrypted=1)


@scene("secrets.keys.rotation-under-way", ROTATE)
def under_way(scenery: Scenery) -> None:
    """Somebody else rotates in the same database."""
    _kept(scenery, NEW, OLD)
    _add(scenery, "warehouse", OLD)
    scenery.enters(scenery.metadata_file().database().reader.alone(PURPOSE))


@scene("secrets.keys.interrupted", ROTATE)
def interrupted(scenery: Scenery) -> None:
    """Somebody has put a trigger on the table that refuses changes while a backup is made."""
    _kept(scenery, NEW, OLD)
    _add(scenery, "warehouse", OLD)
    refusal = "BEGIN SELECT RAISE(ABORT, 'a backup is being made'); END"
    scenery.metadata_file().sql(f"CREATE TRIGGER frozen BEFORE UPDATE ON connection {refusal}")


def _kept(scenery: Scenery, *keys: bytes) -> None:
    """These keys in airflow.cfg, the first one encrypts."""
    scenery.configure(f"[core]\nfernet_key = {','.join(key.decode() for key in keys)}\n")


def _add(scenery: Scenery, conn_id: str, key: bytes, then: int = THEN, **columns: Any) -> None:
    """A connection whose password is sealed with this key."""
    token = Fernet(key).encrypt_at_time(PASSWORD.encode(), then).decode()
    values = {"host": "db.example.com", "login": "etl", "password": token, "is_encrypted": 1, **columns}
    scenery.metadata_file().add(conn_id, **values)
