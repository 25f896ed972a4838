"""Vault's KV secrets engine, versions 1 and 2, read and written.

What the HTTP API answers is documented at https://developer.hashicorp.com/vault/api-docs/secret/kv.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from safeconduct.secrets.place import Trouble
from safeconduct.secrets.vault_session import VaultSession, VaultSettings, data_of
from safeconduct.secrets.vault_troubles import CasMismatch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from safeconduct.model import Secret
    from safeconduct.secrets.place import Place


class VaultClient:
    """Records of fields by their paths, which are within a mount; `version` is that of the KV engine there.

    All methods raise Trouble. Safe between threads.
    """

    def __init__(self, session: VaultSession) -> None:
        self._session = session

    @property
    def token(self) -> Secret | None:
        """The token that it works with, once there is one."""
        return self._session.token

    def read(self, mount: str, path: str, version: int) -> Mapping[str, Any] | None:
        """The fields of the latest version of a record; None where it is absent, deleted or destroyed.

        Where there is nothing, a mount of another engine is Trouble.
        """
        where = record_path(mount, path, version)
        answer = self._session.ask(where, "read", lambda client: _read(client, mount, path, version))
        if answer is None:
            self._session.check_engine(mount, version)
            return None
        fields = data_of(answer)
        if version == 2 and fields is not None:
            fields = fields.get("data")
        if not isinstance(fields, dict):
            raise self._session.troubles.odd(where)
        return fields

    def names(self, mount: str, path: str, version: int) -> tuple[str, ...]:
        """The names of the records under a path, sorted; folders are left out."""
        where = f"{mount}/metadata/{path}" if version == 2 else f"{mount}/{path}"
        answer = self._session.ask(
            where, "list", lambda client: _kv(client, version).list_secrets(path=path, mount_point=mount)
        )
        if answer is None:
            return ()
        keys = (data_of(answer) or {}).get("keys")
        if not isinstance(keys, list):
            raise self._session.troubles.odd(where)
        return tuple(sorted(key for key in keys if isinstance(key, str) and not key.endswith("/")))

    def version_of(self, mount: str, path: str) -> int:
        """The number of a record's latest version, which `put` takes as `cas`; 0 where there is none. KV 2 alone."""
        where = f"{mount}/metadata/{path}"
        answer = self._session.ask(
            where, "read", lambda client: _kv(client, 2).read_secret_metadata(path=path, mount_point=mount)
        )
        number = 0 if answer is None else (data_of(answer) or {}).get("current_version")
        if not isinstance(number, int):
            raise self._session.troubles.odd(where)
        return number

    def put(self, mount: str, path: str, version: int, fields: Mapping[str, Any], cas: int | None = None) -> None:
        """Write a record. With `cas` only on top of its version of that number, 0 for none; that is KV 2's alone.

        Raises CasMismatch where another version is there: somebody wrote in between.
        """
        kwargs: dict[str, Any] = {"path": path, "secret": dict(fields), "mount_point": mount}
        # With no method hvac reads the record before, which would need one right more.
        kwargs |= {"cas": cas} if version == 2 else {"method": "POST"}
        where = record_path(mount, path, version)
        try:
            self._session.ask(where, "update", lambda client: _kv(client, version).create_or_update_secret(**kwargs))
        except Trouble as trouble:
            if cas is None or trouble.evidence.get("status") != "400":
                raise
            message = f"{where} has another version than {cas} by now"
            raise CasMismatch(trouble.rule, message, trouble.evidence) from None

    def delete(self, mount: str, path: str, version: int) -> None:
        """Delete the latest version of a record; with KV 2 it can be undeleted."""
        name = "delete_latest_version_of_secret" if version == 2 else "delete_secret"
        where = record_path(mount, path, version)
        self._session.ask(
            where, "delete", lambda client: getattr(_kv(client, version), name)(path=path, mount_point=mount)
        )


_clients: WeakValueDictionary[VaultSettings, VaultClient] = WeakValueDictionary()
_clients_lock = threading.Lock()


def client_of(settings: VaultSettings, place: Place) -> VaultClient:
    """The one client of this process for these settings, so that all who ask share its login."""
    with _clients_lock:
        client = _clients.get(settings)
        if client is None:
            client = _clients[settings] = VaultClient(VaultSession(settings, place))
        return client


def record_path(mount: str, path: str, version: int) -> str:
    """The path of a record as policies name it."""
    return f"{mount}/data/{path}" if version == 2 else f"{mount}/{path}"


def _kv(client: Any, version: int) -> Any:
    return client.secrets.kv.v2 if version == 2 else client.secrets.kv.v1


def _read(client: Any, mount: str, path: str, version: int) -> Any:
    if version == 1:
        return _kv(client, 1).read_secret(path=path, mount_point=mount)
    return _kv(client, 2).read_secret_version(path=path, mount_point=mount, raise_on_deleted_version=True)
