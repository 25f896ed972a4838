"""Where a list of Fernet keys is kept outside airflow.cfg: a file of its own, or a record of a secrets backend."""

from __future__ import annotations

import errno
import shlex
from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING

from safeconduct.airflow.plain_file import read_plain
from safeconduct.model import Secret
from safeconduct.secrets.local_file_editing import locked
from safeconduct.secrets.place import Kind
from safeconduct.secrets.whole_file import made, replaced

if TYPE_CHECKING:
    from safeconduct.secrets.writing import Seen, WritableSource

LARGEST = 64 << 10
"""Octets that could be a list of keys."""


class KeyPlace(ABC):
    """A place for the option's whole text, `NEW,OLD`. `label` is how people call it."""

    label: str

    @abstractmethod
    def read(self) -> Secret | None:
        """What is there; None for nothing. Raises Trouble, OSError and UnicodeError."""

    @abstractmethod
    def write(self, text: Secret) -> None:
        """Put this there, where all is as it was when it was read. Raises Trouble and OSError."""

    @property
    @abstractmethod
    def option(self) -> str:
        """The line of airflow.cfg, in [core], by which Airflow reads it from there."""


class KeyFile(KeyPlace):
    """A file that only its owner may read; one that is there keeps its group, which Airflow may read it by."""

    def __init__(self, path: Path) -> None:
        self.label = str(path)
        self._path = path
        self._seen: Secret | None = None

    def read(self) -> Secret | None:
        """See KeyPlace."""
        self._seen = self._read()
        return self._seen

    def _read(self) -> Secret | None:
        try:
            return Secret(read_plain(self._path, LARGEST).decode("utf-8").strip())
        except FileNotFoundError:
            return None

    def write(self, text: Secret) -> None:
        """See KeyPlace."""
        line = f"{text.reveal()}\n"
        with locked(str(self._path)):
            if self._read() != self._seen:
                raise OSError(errno.EBUSY, "somebody else has written it at this moment: run it again")
            if self._seen is None:
                made(self._path, line.encode())
            else:
                replaced(str(self._path), line)

    @property
    def option(self) -> str:
        """See KeyPlace. Airflow reads % as the beginning of a reference to another option."""
        return f"fernet_key_cmd = cat {shlex.quote(str(self._path.absolute()))}".replace("%", "%%")


class KeyRecord(KeyPlace):
    """A record among those for options, under the path that `fernet_key_secret` names."""

    def __init__(self, source: WritableSource, name: str) -> None:
        self.label = f"{source.place.label}, option {name}"
        self._source = source
        self._name = name
        self._seen: Seen | None = None

    def read(self) -> Secret | None:
        """See KeyPlace."""
        self._seen = self._source.see(Kind.CONFIG, self._name)
        return self._seen.record.text if self._seen.record is not None else None

    def write(self, text: Secret) -> None:
        """See KeyPlace."""
        seen = self._seen if self._seen is not None else self._source.see(Kind.CONFIG, self._name)
        self._source.write(Kind.CONFIG, self._name, text, seen)

    @property
    def option(self) -> str:
        """See KeyPlace."""
        return f"fernet_key_secret = {self._name}".replace("%", "%%")
