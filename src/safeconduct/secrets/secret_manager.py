"""Google Cloud Secret Manager as Airflow's CloudSecretManagerBackend reads it (apache-airflow-providers-google)."""

from __future__ import annotations

import json
import re
import warnings
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from safeconduct.model import Secret, Unjudged
from safeconduct.secrets.gcp_client import GcpClient, Opened, no_project, open_client
from safeconduct.secrets.kwargs import SUBJECT, Effect, Kwargs, KwargTable, WrongKwarg
from safeconduct.secrets.place import Kind, Place, Record, Trouble
from safeconduct.secrets.records import RecordSource
from safeconduct.secrets.rules import NAME_IMPOSSIBLE

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME = "Google Secret Manager"
LONGEST = 255
SCOPE = "https://www.googleapis.com/auth/cloud-platform"
TABLE = KwargTable(
    real=frozenset(
        "connections_prefix variables_prefix config_prefix gcp_keyfile_dict gcp_key_path gcp_credential_config_file "
        "gcp_scopes project_id sep impersonation_chain".split()
    ),
    wrong={
        "connections_path": "connections_prefix",
        "connection_prefix": "connections_prefix",
        "variables_path": "variables_prefix",
        "variable_prefix": "variables_prefix",
        "config_path": "config_prefix",
        "project": "project_id",
        "separator": "sep",
        "key_path": "gcp_key_path",
        "keyfile_path": "gcp_key_path",
        "gcp_keyfile_path": "gcp_key_path",
        "keyfile_dict": "gcp_keyfile_dict",
        "scopes": "gcp_scopes",
        "gcp_conn_id": "it takes gcp_key_path or the environment's own credentials: a conn_id is the hooks'",
    },
    unknown=Effect.ENDS_AIRFLOW,
)
_ALPHABET = re.compile(r"[a-zA-Z0-9_-]*")


class SecretManagerSource(RecordSource):
    """The secrets under the prefixes of one CloudSecretManagerBackend: prefix, separator and name make an id."""

    def __init__(
        self,
        client: GcpClient,
        place: Place,
        prefixes: Mapping[Kind, str | None],
        separator: str,
        given: tuple[Secret, ...] = (),
    ) -> None:
        self.place = place
        self._client = client
        self._prefixes = prefixes
        self._separator = separator
        self._given = given

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """See RecordSource."""
        return self._given

    def read(self, kind: Kind, name: str) -> Record | None:
        """See RecordSource."""
        if self._prefixes[kind] is None:
            return None
        secret = f"{self._prefixes[kind]}{self._separator}{name}"
        if not _ALPHABET.fullmatch(secret) or len(secret) > LONGEST:
            message = f"{self.place.name} can have no secret {secret[:100]}: letters, digits, - and _, up to {LONGEST}"
            raise Trouble(NAME_IMPOSSIBLE, message, {"place": self.place.label, "name": secret[:100]})
        text = self._client.read(secret)
        return None if text is None else Record(text, secret)

    def names(self, kind: Kind) -> tuple[str, ...]:
        """See RecordSource."""
        if self._prefixes[kind] is None:
            return ()
        before = f"{self._prefixes[kind]}{self._separator}"
        return tuple(name.removeprefix(before) for name in self._client.names(before))


def open_source(kwargs: Kwargs, environ: Mapping[str, str], timeout: float) -> SecretManagerSource | Unjudged:
    """The source that these options describe. Nothing is asked yet. Raises WrongKwarg."""
    if kwargs.values.get("impersonation_chain"):
        return Unjudged(SUBJECT, f"{kwargs.origin} has impersonation_chain, which cannot be followed here")
    if kwargs.values.get("gcp_keyfile_dict") and kwargs.values.get("gcp_key_path"):
        raise WrongKwarg("gcp_keyfile_dict", "and gcp_key_path exclude each other")
    separator = kwargs.text("sep", "-") or ""
    prefixes = {kind: kwargs.text(f"{kind.value}_prefix", f"airflow-{kind.value}") for kind in Kind}
    beginning = prefixes[Kind.CONNECTION]
    if beginning is not None and not _ALPHABET.fullmatch(beginning + separator):
        raise WrongKwarg("connections_prefix", "and sep may have letters, digits, - and _ only")
    project = kwargs.text("project_id")
    place = Place(NAME, project or "", kwargs.origin)
    client = GcpClient(place, timeout, partial(_opened, kwargs, project))
    return SecretManagerSource(client, place, prefixes, separator, _secrets(kwargs))


def _opened(kwargs: Kwargs, project: str | None) -> Opened:
    """With the credentials that Airflow would find. Raises what Google's library does, and Trouble."""
    auth: Any = import_module("google.auth")  # neither is typed throughout
    service_account: Any = import_module("google.oauth2.service_account")
    scopes = [scope.strip() for scope in (kwargs.text("gcp_scopes") or SCOPE).split(",")]
    path, config = kwargs.text("gcp_key_path"), kwargs.values.get("gcp_credential_config_file")
    keyfile = _keyfile(kwargs)
    own: str | None
    if keyfile is not None:
        credentials = service_account.Credentials.from_service_account_info(keyfile, scopes=scopes)
        own = credentials.project_id
    elif path:
        credentials = service_account.Credentials.from_service_account_file(path, scopes=scopes)
        own = credentials.project_id
    elif config:
        info = config if isinstance(config, dict) else None
        load = auth.load_credentials_from_dict if info else auth.load_credentials_from_file
        with warnings.catch_warnings():
            # That the file comes from somebody is what a configuration is for.
            warnings.simplefilter("ignore", DeprecationWarning)
            credentials, own = load(info or config, scopes=scopes)
    else:
        credentials, own = auth.default(scopes=scopes)
    if not (project or own):
        raise no_project(kwargs.origin)
    return open_client(credentials, project or own or "")


def _keyfile(kwargs: Kwargs) -> dict[str, Any] | None:
    """The key as an object; Airflow takes JSON in a text as well, and mends line feeds that were written as two."""
    keyfile = kwargs.values.get("gcp_keyfile_dict")
    if isinstance(keyfile, str) and keyfile:
        keyfile = json.loads(keyfile)
    if not keyfile:
        return None
    if not isinstance(keyfile, dict):
        raise ValueError("no object")
    return {**keyfile, "private_key": str(keyfile.get("private_key", "")).replace("\\n", "\n")}


def _secrets(kwargs: Kwargs) -> tuple[Secret, ...]:
    keyfile = kwargs.values.get("gcp_keyfile_dict")
    if isinstance(keyfile, str) and keyfile:
        return (Secret(keyfile),)
    key = keyfile.get("private_key") if isinstance(keyfile, dict) else None
    return (Secret(key),) if isinstance(key, str) and key else ()
