"""AWS Secrets Manager as Airflow's SecretsManagerBackend reads it (apache-airflow-providers-amazon).

A connection's secret is a URI, or JSON whose keys may be called by several words each.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from safeconduct.model import Secret, Unjudged
from safeconduct.secrets.aws_session import OPTIONS, WRONG, address_of, secrets_of, session_of
from safeconduct.secrets.aws_writing import AwsSource
from safeconduct.secrets.kwargs import Effect, Kwargs, KwargTable, WrongKwarg
from safeconduct.secrets.place import Kind, Place, Trouble
from safeconduct.secrets.prefixes import Prefixes, prefixes_of
from safeconduct.secrets.rules import RECORD_MALFORMED
from safeconduct.secrets.secrets_manager_client import SecretsManagerClient

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME = "AWS Secrets Manager"
_BY_THE_RECORD = (
    "newer versions of the class tell by the record itself whether it is JSON, and read its values as they are"
)
TABLE = KwargTable(
    real=OPTIONS
    | frozenset(
        "connections_prefix connections_lookup_pattern variables_prefix variables_lookup_pattern config_prefix "
        "config_lookup_pattern sep extra_conn_words".split()
    ),
    wrong={
        **WRONG,
        "separator": "sep",
        "full_url_mode": _BY_THE_RECORD,
        "are_secret_values_urlencoded": _BY_THE_RECORD,
    },
    unknown=Effect.IGNORED,
)
_WORDS: dict[str, tuple[str, ...]] = {
    "login": ("login", "user", "username", "user_name"),
    "password": ("password", "pass", "key"),
    "host": ("host", "remote_host", "server"),
    "port": ("port",),
    "schema": ("database", "schema"),
    "conn_type": ("conn_type", "conn_id", "connection_type", "engine"),
    "extra": ("extra",),
}


class SecretsManagerSource(AwsSource):
    """The secrets under the prefixes of one SecretsManagerBackend."""

    longest = 512
    alphabet = r"[A-Za-z0-9/_+=.@-]+"
    takes = "letters, digits and / _ + = . @ -, 512 of them"

    def __init__(
        self,
        client: SecretsManagerClient,
        place: Place,
        prefixes: Prefixes,
        words: Mapping[str, tuple[str, ...]],
        given: tuple[Secret, ...],
    ) -> None:
        super().__init__(client, place, prefixes, given)
        self._words = words

    def names(self, kind: Kind) -> tuple[str, ...]:
        """See RecordSource."""
        if self._prefixes.prefixes[kind] is None:
            return ()
        before = self._before(kind)
        names = (name.removeprefix(before) for name in self._client.names(before))
        return tuple(name for name in names if name and self._prefixes.asks_for(kind, name))

    def _where(self, kind: Kind, name: str) -> str:
        return f"{self._before(kind)}{name}"

    def _before(self, kind: Kind) -> str:
        prefix = self._prefixes.prefixes[kind]
        return f"{prefix}{self._prefixes.separator}" if prefix else ""

    def _standard(self, kind: Kind, text: Secret, where: str) -> Secret:
        """JSON gets the fields' own names: of several words for one field the first in the text counts."""
        if kind is not Kind.CONNECTION or not text.reveal().strip().startswith("{"):
            return text
        try:
            found = json.loads(text.reveal())
        except (ValueError, RecursionError):
            message = f"{self.place.label}: {where} begins as JSON, and is none"
            raise Trouble(RECORD_MALFORMED, message, {"place": self.place.label, "record": where}) from None
        named = {
            field: next((value for key, value in found.items() if key in words), None)
            for field, words in self._words.items()
        }
        return Secret(json.dumps(named))


def open_source(kwargs: Kwargs, environ: Mapping[str, str], timeout: float) -> SecretsManagerSource | Unjudged:
    """The source that these options describe. Nothing is asked yet. Raises WrongKwarg."""
    place = Place(NAME, address_of(kwargs, environ), kwargs.origin)
    prefixes = prefixes_of(kwargs, "airflow/{}", kwargs.text("sep", "/") or "")
    words = _words(kwargs.mapping("extra_conn_words"))
    session = session_of(kwargs, "secretsmanager", place, timeout)
    if isinstance(session, Unjudged):
        return session
    return SecretsManagerSource(SecretsManagerClient(session), place, prefixes, words, secrets_of(kwargs))


def _words(more: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    words = dict(_WORDS)
    for name, extra in more.items():
        field = "login" if name == "user" else name
        if field not in words or not isinstance(extra, list):
            known = ", ".join(sorted({*_WORDS, "user"}))
            raise WrongKwarg("extra_conn_words", f"must be an object of lists, with the keys {known}", fatal=False)
        words[field] = (*words[field], *map(str, extra))
    return words
