"""An open session with one Vault: one login for all that is asked, kept alive, and what its refusals mean.

What the HTTP API answers is documented at https://developer.hashicorp.com/vault/api-docs.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import hvac
import requests
from hvac import exceptions

from safeconduct.secrets.patience import DEFAULT_TIMEOUT, Patience
from safeconduct.secrets.vault_login import Login, log_in
from safeconduct.secrets.vault_troubles import VaultTroubles

if TYPE_CHECKING:
    from collections.abc import Callable

    from safeconduct.model import Secret
    from safeconduct.secrets.place import Place, Trouble
    from safeconduct.secrets.vault_login import Credential

_PASSING = (exceptions.RateLimitExceeded, exceptions.BadGateway, exceptions.InternalServerError)
"""What may pass when one asks again: a quota, a proxy in front, a change of leader."""
_NOT_LET_IN = (exceptions.InvalidRequest, exceptions.Forbidden, exceptions.Unauthorized, exceptions.InvalidPath)


@dataclass(frozen=True)
class VaultSettings:
    """How to reach and enter one Vault; `verify`, `cert` and `proxies` are what requests takes.

    `timeout` is in seconds, for one request and all its repetitions.
    """

    url: str | None = field(repr=False)
    credential: Credential
    namespace: str | None = None
    verify: bool | str | None = None
    cert: str | tuple[str, ...] | None = None
    proxies: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    timeout: float = DEFAULT_TIMEOUT


@dataclass(frozen=True)
class _Open:
    """An open client, its login, and when its token wants to be renewed."""

    client: Any = field(repr=False)
    login: Login = field(repr=False)
    renew_at: float


class VaultSession:
    """Logs in at the first question; a token that has a lease is renewed, and an expired one replaced.

    All methods raise Trouble. Safe between threads.
    """

    def __init__(self, settings: VaultSettings, place: Place, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self.troubles = VaultTroubles(place, settings.credential.method, settings.timeout)
        self._clock = clock
        self._lock = threading.RLock()
        self._session: _Open | None = None
        self._engines: dict[str, str] = {}

    @property
    def token(self) -> Secret | None:
        """The token that it works with, once there is one."""
        return self._session.login.token if self._session else None

    def ask(self, where: str, capability: str, ask: Callable[[Any], Any]) -> Any:
        """What Vault tells a client that is logged in; None for a path that has nothing.

        `where` and `capability` are what a policy has to allow for it.
        """
        patience = Patience(self._settings.timeout)
        while True:
            try:
                return self._with_login(where, capability, ask)
            except exceptions.InvalidPath as error:
                if error.errors:  # Vault says so of a mount that is not there; of a record it says nothing
                    mount = where.partition("/")[0]
                    raise self.troubles.no_engine(mount, "no secrets engine is mounted there") from None
                return None
            except _PASSING as error:
                if not patience.pause():
                    raise self.troubles.gave_up(error, patience.asked) from None
            except (exceptions.VaultError, requests.exceptions.RequestException, ValueError) as error:
                raise self.troubles.of(error) from None
            except RecursionError:  # of JSON that is nested without end
                raise self.troubles.odd(where) from None
            except OSError:  # requests says so of a path that is not there
                raise self.troubles.no_authority() from None

    def _with_login(self, where: str, capability: str, ask: Callable[[Any], Any]) -> Any:
        session = self._open()
        try:
            return ask(session.client)
        except exceptions.Forbidden:
            # An expired token is answered so, and a path that is not allowed: another login mends the first alone.
            policies = _policies(session.client)
        if policies is not None:
            raise self._forbidden(session, where, capability, policies)
        self._forget(session)
        if not session.login.can_repeat:
            raise self.troubles.refused("the token is not valid, or no longer", exceptions.Forbidden())
        again = self._open()
        try:
            return ask(again.client)
        except exceptions.Forbidden:
            raise self._forbidden(again, where, capability, _policies(again.client) or ()) from None

    def _forbidden(self, session: _Open, where: str, capability: str, policies: tuple[str, ...]) -> Trouble:
        """That of the path, unless the mount is of another KV version: then nobody would want to allow this path."""
        mount, _, rest = where.partition("/")
        version = 2 if rest.startswith(("data/", "metadata/")) else 1
        found = self._engine(session, mount)
        if found and found != f"KV version {version}":
            return self.troubles.no_engine(mount, _other_engine(found, version))
        return self.troubles.forbidden(where, capability, policies)

    def _open(self) -> _Open:
        with self._lock:
            if self._session is None:
                self._session = self._logged_in()
            elif self._clock() >= self._session.renew_at:
                self._session = self._renewed(self._session)
            return self._session

    def _forget(self, session: _Open) -> None:
        with self._lock:
            if self._session is session:
                self._session = None

    def _logged_in(self) -> _Open:
        client = _new_client(self._settings)
        try:
            login = log_in(client, self._settings.credential)
        except _NOT_LET_IN as error:
            raise self.troubles.refused("it refuses the login", error) from None
        except OSError as error:
            if error.errno is None or isinstance(error, requests.exceptions.RequestException):
                raise  # it is not of the file that the credential is in
            path = self._settings.credential.proof_path
            raise self.troubles.refused(f"{path} cannot be read: {error.strerror}") from None
        client.token = login.token.reveal()
        return _Open(client, login, self._renewal(login))

    def _renewal(self, login: Login) -> float:
        return self._clock() + login.lease * 2 / 3 if login.renewable and login.lease else float("inf")

    def _renewed(self, session: _Open) -> _Open:
        """With its lease begun anew; after another login where Vault does not renew it any more."""
        try:
            auth = session.client.auth.token.renew_self()["auth"]
            login = Login(session.login.token, int(auth["lease_duration"]), bool(auth["renewable"]), can_repeat=True)
        except (exceptions.VaultError, KeyError, TypeError):
            return self._logged_in()
        return _Open(session.client, login, self._renewal(login))

    def check_engine(self, mount: str, version: int) -> None:
        """Raises Trouble where another engine is known to be mounted there."""
        found = self._engine(self._open(), mount)
        if found and found != f"KV version {version}":
            raise self.troubles.no_engine(mount, _other_engine(found, version))

    def _engine(self, session: _Open, mount: str) -> str:
        """What is mounted there; each mount is looked at once."""
        if mount not in self._engines:
            self._engines[mount] = _engine_at(session.client, mount)
        return self._engines[mount]


def _other_engine(found: str, version: int) -> str:
    return f"{found} is mounted there, and kv_engine_version is {version}"


def _new_client(settings: VaultSettings) -> Any:
    return hvac.Client(
        url=settings.url,
        token="",
        namespace=settings.namespace,
        verify=settings.verify,
        cert=settings.cert,
        proxies=dict(settings.proxies) or None,
        timeout=settings.timeout,
    )


def data_of(answer: Any) -> dict[str, Any] | None:
    """What Vault wraps its answers in; hvac hands out a response as it is where it holds no JSON."""
    data = answer.get("data") if isinstance(answer, dict) else None
    return data if isinstance(data, dict) else None


def _policies(client: Any) -> tuple[str, ...] | None:
    """The policies of the token; None where the token itself does not count, or no longer."""
    try:
        data = data_of(client.auth.token.lookup_self())
    except exceptions.Forbidden:
        return None
    policies = (data or {}).get("policies")
    return tuple(map(str, policies)) if isinstance(policies, list) else ()


def _engine_at(client: Any, mount: str) -> str:
    """What is mounted there, in words; "" where this token may not know. hvac has no method for this question."""
    try:
        data = data_of(client.adapter.get(f"/v1/sys/internal/ui/mounts/{mount}"))
    except (exceptions.VaultError, requests.exceptions.RequestException):
        return ""
    if data is None or not isinstance(data.get("type"), str):
        return ""
    options = data.get("options") or {}
    return (
        f"KV version {options.get('version', '1')}"
        if data["type"] in ("kv", "generic")
        else f"the engine {data['type']}"
    )
