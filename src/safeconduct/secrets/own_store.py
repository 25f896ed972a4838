"""Our own store of connections where there is no Airflow: an Airflow home with just what connections need.

A SQLite file with Airflow's own tables, a key apart from it, and an airflow.cfg that names both: whoever sets
AIRFLOW_HOME to it, a real Airflow included, finds its connections there.
"""

from __future__ import annotations

import os
import shlex
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from safeconduct.airflow.sql_text import sql_text
from safeconduct.secrets.user_folders import user_folder
from safeconduct.secrets.whole_file import made

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class OwnStore:
    """The files of a store: its home folder, and the key, which a copy of the home does not give away."""

    home: Path
    key: Path

    @property
    def database(self) -> Path:
        """The SQLite file, where Airflow has its own by default."""
        return self.home / "airflow.db"

    @property
    def configuration(self) -> Path:
        """The file that names both."""
        return self.home / "airflow.cfg"

    @property
    def is_whole(self) -> bool:
        """Whether it was made to its end: the configuration is the last file."""
        return self.configuration.exists()

    @property
    def there(self) -> tuple[Path, ...]:
        """Those of its files that there are already."""
        return tuple(path for path in (self.database, self.configuration, self.key) if os.path.lexists(path))

    @property
    def open_to_others(self) -> str:
        """Why others could change what stands in the home folder; "" where they could not, or it is not there yet."""
        try:
            found = self.home.stat()
        except OSError:
            return ""
        if found.st_uid not in (os.geteuid(), 0):
            return f"{self.home} is somebody else's"
        return f"others may write to {self.home}" if found.st_mode & 0o022 else ""


def key_of(home: Path, environ: Mapping[str, str]) -> Path:
    """Where the key of a store is kept if nobody says otherwise."""
    return user_folder(environ, "XDG_CONFIG_HOME", ".config") / "keys" / f"{home.name}.key"


def make(store: OwnStore) -> None:
    """Make the files, all or none. Raises FileExistsError where one is there already, OSError and sqlite3.Error."""
    if store.there:
        raise FileExistsError(17, "is there already", str(store.there[0]))
    from cryptography.fernet import Fernet

    store.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    store.key.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        made(store.key, Fernet.generate_key() + b"\n")
        _make_database(store.database)
        made(store.configuration, _configured(store).encode())
    except BaseException:
        for path in (store.key, store.database, store.configuration):
            with suppress(OSError):
                path.unlink(missing_ok=True)
        raise


def _make_database(path: Path) -> None:
    """The file is there with all its tables, or not at all."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        made(unfinished, b"")
        with closing(sqlite3.connect(unfinished)) as database:
            database.executescript(f"BEGIN;{sql_text('own_store.sql')}COMMIT;")
        os.link(unfinished, path)  # unlike a rename, it replaces nothing
    finally:
        unfinished.unlink(missing_ok=True)


def _configured(store: OwnStore) -> str:
    """Airflow reads % as the beginning of a reference to another option."""
    key = f"cat {shlex.quote(str(store.key.absolute()))}".replace("%", "%%")
    url = f"sqlite:///{store.database.absolute()}".replace("%", "%%")
    return f"[core]\nfernet_key_cmd = {key}\nload_examples = False\n\n[database]\nsql_alchemy_conn = {url}\n"
