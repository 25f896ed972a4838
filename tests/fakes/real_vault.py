"""A Vault that is there, at VAULT_ADDR with a root token in VAULT_TOKEN, with the verbs of the fake."""

from __future__ import annotations

import contextlib
import secrets
from typing import TYPE_CHECKING, Any

import hvac

if TYPE_CHECKING:
    from types import TracebackType


class RealVault:
    """It is left as it was, as far as mounts go: engines and ways in are mounted under names of their own."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self._client = hvac.Client(url=url, token=token)
        self._mounted: list[str] = []

    def __enter__(self) -> RealVault:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for name in self._mounted:
            self._client.sys.disable_secrets_engine(name)

    def mount(self, name: str, version: int, namespace: str = "") -> None:
        """Mount a KV engine."""
        with contextlib.suppress(hvac.exceptions.InvalidPath, hvac.exceptions.InvalidRequest):
            self._client.sys.disable_secrets_engine(name)
        self._client.sys.enable_secrets_engine("kv", path=name, options={"version": str(version)})
        self._mounted.append(name)

    def put(self, path: str, fields: Any, mount: str = "secret", namespace: str = "") -> None:
        """Write a record."""
        version = self._client.sys.list_mounted_secrets_engines()["data"][f"{mount}/"]["options"]["version"]
        kv = self._client.secrets.kv.v2 if version == "2" else self._client.secrets.kv.v1
        kv.create_or_update_secret(path=path, secret=fields, mount_point=mount)

    def token(self, *paths: str, policy: str = "airflow") -> str:
        """A new token that may use these paths."""
        self._policy(policy, paths)
        created = self._client.auth.token.create(policies=[policy])
        return str(created["auth"]["client_token"])

    def let_in(self, method: str, who: str, proof: str, *paths: str, mount: str = "", policy: str = "airflow") -> None:
        """Let this role or user log in; the ways that need no third party, which are approle and userpass."""
        self._policy(policy, paths)
        with contextlib.suppress(hvac.exceptions.InvalidRequest):
            self._client.sys.enable_auth_method(method, path=mount or method)
        if method == "userpass":
            self._client.auth.userpass.create_or_update_user(who, proof, policies=[policy], mount_point=mount or method)
            return
        role = f"role-{secrets.token_hex(4)}"
        approle = self._client.auth.approle
        approle.create_or_update_approle(role, token_policies=[policy], mount_point=mount or method)
        approle.update_role_id(role, who, mount_point=mount or method)
        approle.create_custom_secret_id(role, proof, mount_point=mount or method)

    def _policy(self, name: str, paths: tuple[str, ...]) -> None:
        rules = [path.split(" ", 1) for path in paths]
        text = "\n".join(f'path "{path}" {{ capabilities = ["{capability}"] }}' for capability, path in rules)
        self._client.sys.create_or_update_policy(name, text)
