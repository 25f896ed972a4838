"""The ways into a Vault: what each needs, and the login itself, over hvac."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from safeconduct.airflow.plain_file import read_plain
from safeconduct.model import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_MOST = 1 << 20


@dataclass(frozen=True)
class Credential:
    """`method` is Airflow's auth_type; the fields that it does not need are None.

    `role` is a role_id, kubernetes_role or jwt_role, `proof` the secret that goes with it: a token, a password, a
    secret_id. `proof_path` is a file that has it, which is read at each login, for it changes.
    """

    method: str
    mount: str | None = None
    user: str | None = None
    role: str | None = None
    proof: Secret | None = None
    proof_path: str | None = None

    def reveal(self) -> str | None:
        """The proof. Raises OSError where its file cannot be read."""
        if self.proof_path is not None:
            return read_plain(self.proof_path, _MOST).decode("utf-8", "replace").strip()
        return self.proof.reveal() if self.proof is not None else None


@dataclass(frozen=True)
class Login:
    """What a login gave. `lease` is in seconds, 0 for without end; `can_repeat` says whether another one gives more."""

    token: Secret = field(repr=False)
    lease: int = 0
    renewable: bool = False
    can_repeat: bool = False


def log_in(client: Any, credential: Credential) -> Login:
    """Log in by this method. Raises hvac's and requests' errors, and OSError."""
    if credential.method == "token":
        return Login(Secret(credential.reveal() or ""), can_repeat=credential.proof_path is not None)
    mount = {"mount_point": credential.mount} if credential.mount else {}
    answer = _LOGINS[credential.method](client, credential, mount)
    auth = answer["auth"] if isinstance(answer, dict) else {}
    token, lease = auth.get("client_token"), auth.get("lease_duration")
    if not isinstance(token, str) or not token:
        raise ValueError("no token")
    return Login(Secret(token), lease if isinstance(lease, int) else 0, bool(auth.get("renewable")), can_repeat=True)


def _by_approle(client: Any, credential: Credential, mount: Mapping[str, str]) -> Any:
    return client.auth.approle.login(role_id=credential.role, secret_id=credential.reveal(), use_token=False, **mount)


def _by_userpass(client: Any, credential: Credential, mount: Mapping[str, str]) -> Any:
    return client.auth.userpass.login(username=credential.user, password=credential.reveal(), use_token=False, **mount)


def _by_ldap(client: Any, credential: Credential, mount: Mapping[str, str]) -> Any:
    return client.auth.ldap.login(username=credential.user, password=credential.reveal(), use_token=False, **mount)


def _by_kubernetes(client: Any, credential: Credential, mount: Mapping[str, str]) -> Any:
    return client.auth.kubernetes.login(role=credential.role, jwt=credential.reveal(), use_token=False, **mount)


def _by_jwt(client: Any, credential: Credential, mount: Mapping[str, str]) -> Any:
    path = {"path": credential.mount} if mount else {}
    return client.auth.jwt.jwt_login(role=credential.role, jwt=credential.reveal(), use_token=False, **path)


def _by_github(client: Any, credential: Credential, mount: Mapping[str, str]) -> Any:
    return client.auth.github.login(token=credential.reveal(), use_token=False, **mount)


_LOGINS: dict[str, Callable[[Any, Credential, Mapping[str, str]], Any]] = {
    "approle": _by_approle,
    "userpass": _by_userpass,
    "ldap": _by_ldap,
    "kubernetes": _by_kubernetes,
    "jwt": _by_jwt,
    "github": _by_github,
}
METHODS = frozenset({"token", *_LOGINS})
"""The methods that are followed here."""
