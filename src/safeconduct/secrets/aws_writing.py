"""Writing to AWS's two places for secrets, which have no check-and-set: a new record is made, or none where one is.

For one that is to be replaced, the version is looked at right before; AWS keeps the version that was there.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from typing import TYPE_CHECKING

from safeconduct.secrets.place import Kind, Record, Trouble
from safeconduct.secrets.rules import NAME_IMPOSSIBLE
from safeconduct.secrets.writing import Seen, WritableSource, overtaken

if TYPE_CHECKING:
    from safeconduct.model import Secret
    from safeconduct.secrets.parameter_store_client import ParameterStoreClient
    from safeconduct.secrets.place import Place
    from safeconduct.secrets.prefixes import Prefixes
    from safeconduct.secrets.secrets_manager_client import SecretsManagerClient


class AwsSource(WritableSource):
    """What Secrets Manager and Parameter Store have in common.

    A record's whole name has so many characters at most, of the alphabet, which `takes` says in words.
    """

    longest: int
    alphabet: str
    takes: str

    def __init__(
        self,
        client: SecretsManagerClient | ParameterStoreClient,
        place: Place,
        prefixes: Prefixes,
        given: tuple[Secret, ...],
    ) -> None:
        self.place = place
        self._client = client
        self._prefixes = prefixes
        self._given = given

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """See RecordSource."""
        return self._given

    def read(self, kind: Kind, name: str) -> Record | None:
        """See RecordSource."""
        if not self._prefixes.asks_for(kind, name):
            return None
        where = self._where(kind, name)
        text = self._client.read(where)
        return None if text is None else Record(self._standard(kind, text, where), where)

    def _standard(self, kind: Kind, text: Secret, where: str) -> Secret:
        """The text as all places have it. Raises Trouble."""
        return text

    @abstractmethod
    def _where(self, kind: Kind, name: str) -> str:
        """The whole name of this record."""

    def see(self, kind: Kind, name: str) -> Seen:
        """See WritableSource."""
        if not self._prefixes.asks_for(kind, name):
            message = f"{self.place.label} is not asked for {name[:80]}: its prefix or pattern leaves it out"
            raise Trouble(NAME_IMPOSSIBLE, message, {"place": self.place.label, "name": name[:80]})
        where = self._where(kind, name)
        if len(where) > self.longest or re.sub(self.alphabet, "", where):
            message = f"{self.place.label} has no record called {where[:80]}: it takes {self.takes}"
            raise Trouble(NAME_IMPOSSIBLE, message, {"place": self.place.label, "name": name[:80]})
        version = self._client.version_of(self._where(kind, name))
        return Seen(self.read(kind, name), version)

    def write(self, kind: Kind, name: str, text: Secret, seen: Seen) -> None:
        """See WritableSource."""
        where = self._where(kind, name)
        if seen.mark is None:
            if not self._client.create(where, text):
                raise overtaken(self.place, where)
            return
        self._unless_overtaken(where, seen)
        self._client.put(where, text)

    def remove(self, kind: Kind, name: str, seen: Seen) -> None:
        """See WritableSource. Secrets Manager can restore it for a time."""
        where = self._where(kind, name)
        self._unless_overtaken(where, seen)
        self._client.delete(where)

    def _unless_overtaken(self, where: str, seen: Seen) -> None:
        if self._client.version_of(where) != seen.mark:
            raise overtaken(self.place, where)
