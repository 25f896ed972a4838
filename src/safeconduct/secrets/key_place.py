"""Where a list of Fernet keys is kept outside airflow.cfg: a file of its own, or a record of a secrets backend."""

from __future__ import annotations

import errno
import os
import shlex
import stat
from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING

from safeconduct.model import Secret
from safeconduct.secrets.place import Kind
from safeconduct.secrets.whole_file import replaced

if TYPE_CHECKING:
    from safeconduct.secrets.writing import Seen, WritableSource

_LARGEST = 64 << 10
"""Octets of a file that could be a list of keys."""


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
        self._there = False

    def read(self) -> Secret | None:
        """See KeyPlace."""
        try:
            # Not waited for: a FIFO or a device is no place for a key.
            with open(os.open(self._path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
                if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    raise OSError(errno.EINVAL, "it is no plain file", str(self._path))
                text = file.read(_LARGEST).decode("utf-8")
        except FileNotFoundError:
            return None
        self._there = True
        return Secret(text.strip())

    def write(self, text: Secret) -> None:
        """See KeyPlace."""
        if self._there:
            replaced(os.path.realpath(self._path), f"{text.reveal()}\n")
            return
        number = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with open(number, "wb") as file:
            file.write(f"{text.reveal()}\n".encode())
            file.flush()
            os.fsync(file.fileno())

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
