"""Google Cloud Secret Manager: secrets by their ids, read and written over Google's own library."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from google.api_core import exceptions, retry
from google.auth import exceptions as auth_exceptions
from google.cloud import secretmanager_v1

from safeconduct.model import Secret
from safeconduct.secrets.place import Trouble
from safeconduct.secrets.rules import (
    FAILED,
    FORBIDDEN,
    KWARG_INVALID,
    LOGIN_REFUSED,
    NAME_IMPOSSIBLE,
    RECORD_MALFORMED,
    THROTTLED,
    UNREACHABLE,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from safeconduct.secrets.place import Place

_PASSING = retry.if_exception_type(exceptions.ServiceUnavailable, exceptions.ResourceExhausted)


@dataclass(frozen=True)
class Opened:
    """Google's client, and the project that its credentials are of, unless another one is named."""

    client: Any = field(repr=False)
    project: str


@dataclass(frozen=True)
class GcpClient:
    """`make` finds credentials and opens the client, once, at the first question. All methods raise Trouble."""

    place: Place
    timeout: float
    make: Callable[[], Opened]
    _opened: list[Opened] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def read(self, secret: str) -> Secret | None:
        """The latest version's text; None where there is none."""

        def value(client: Any, project: str) -> bytes:
            name = f"projects/{project}/secrets/{secret}/versions/latest"
            octets: bytes = client.access_secret_version(request={"name": name}, **self._patience).payload.data
            return octets

        octets = self._asked(secret, "secretmanager.versions.access", value)
        if octets is None:
            return None
        try:
            return Secret(octets.decode("utf-8"))
        except UnicodeDecodeError:
            message = f"{self.place.label}: {secret} is binary, where Airflow reads text"
            raise Trouble(RECORD_MALFORMED, message, {"place": self.place.label, "record": secret}) from None

    def names(self, prefix: str) -> tuple[str, ...]:
        """The ids that begin so, sorted."""

        def listed(client: Any, project: str) -> list[str]:
            request = {"parent": f"projects/{project}", "filter": f"name:{prefix}" if prefix else ""}
            pages = client.list_secrets(request=request, **self._patience)
            return [secret.name.rpartition("/")[2] for secret in pages]

        found = self._asked(prefix, "secretmanager.secrets.list", listed) or []
        return tuple(sorted(name for name in found if name.startswith(prefix)))

    def version_of(self, secret: str) -> str | None:
        """The number of the latest version, which tells whether somebody wrote meanwhile; None where there is none."""

        def number(client: Any, project: str) -> str:
            name = f"projects/{project}/secrets/{secret}/versions/latest"
            found: str = client.get_secret_version(request={"name": name}, **self._patience).name
            return found.rpartition("/")[2]

        found: str | None = self._asked(secret, "secretmanager.versions.get", number)
        return found

    def put(self, secret: str, text: Secret) -> None:
        """Write a secret: a new version of it, or a new secret."""
        payload = {"data": text.reveal().encode()}

        def add(client: Any, project: str) -> bool:
            parent = f"projects/{project}/secrets/{secret}"
            client.add_secret_version(request={"parent": parent, "payload": payload}, **self._patience)
            return True

        def create(client: Any, project: str) -> None:
            new: dict[str, Any] = {"replication": {"automatic": {}}}
            request = {"parent": f"projects/{project}", "secret_id": secret, "secret": new}
            client.create_secret(request=request, **self._patience)

        if self._asked(secret, "secretmanager.versions.add", add) is None:
            self._asked(secret, "secretmanager.secrets.create", create)
            self._asked(secret, "secretmanager.versions.add", add)

    def delete(self, secret: str) -> None:
        """Delete a secret with all its versions, for good."""

        def gone(client: Any, project: str) -> None:
            client.delete_secret(request={"name": f"projects/{project}/secrets/{secret}"}, **self._patience)

        self._asked(secret, "secretmanager.secrets.delete", gone)

    @property
    def _patience(self) -> dict[str, Any]:
        pauses = retry.Retry(_PASSING, initial=0.1, maximum=2.0, multiplier=2.0, timeout=self.timeout)
        return {"timeout": self.timeout, "retry": pauses}

    def _asked(self, secret: str, permission: str, ask: Callable[[Any, str], Any]) -> Any:
        """What Google tells; None for a secret that is not there."""
        try:
            with self._lock:
                if not self._opened:
                    self._opened.append(self.make())
            return ask(self._opened[0].client, self._opened[0].project)
        except exceptions.NotFound:
            return None
        except exceptions.RetryError as error:
            raise self._of(error.cause or error, secret, permission) from None
        except exceptions.GoogleAPICallError as error:
            raise self._of(error, secret, permission) from None
        except auth_exceptions.GoogleAuthError as error:
            raise self._not_let_in(type(error).__name__) from None
        except (OSError, ValueError) as error:  # of a key file: its text may quote the key
            raise self._not_let_in(getattr(error, "strerror", None) or "the key is none of Google's") from None

    def _of(self, error: BaseException, secret: str, permission: str) -> Trouble:
        label, kind = self.place.label, type(error).__name__
        evidence = {"place": label, "error": kind}
        if isinstance(error, exceptions.PermissionDenied):
            message = f"{label} lets this login in, and forbids it {permission} of {secret}"
            return Trouble(FORBIDDEN, message, {**evidence, "record": secret, "permission": permission})
        if isinstance(error, exceptions.Unauthenticated):
            return self._not_let_in(kind)
        if isinstance(error, exceptions.ResourceExhausted):
            return Trouble(THROTTLED, f"{label} turns requests away as too many", evidence, lasting=True)
        if isinstance(error, exceptions.InvalidArgument):
            message = f"{label} can have no secret {secret[:100]}: letters, digits, - and _, up to 255 of them"
            return Trouble(NAME_IMPOSSIBLE, message, {**evidence, "name": secret[:100]})
        if isinstance(error, (exceptions.ServiceUnavailable, exceptions.DeadlineExceeded)):
            slow = isinstance(error, exceptions.DeadlineExceeded)
            why = f"it did not answer within {self.timeout:g} s" if slow else "nothing answers there"
            return Trouble(UNREACHABLE, f"{label} cannot be reached: {why}", {**evidence, "problem": why}, lasting=True)
        return Trouble(FAILED, f"{label} answers for {secret} with {kind}", {**evidence, "record": secret})

    def _not_let_in(self, why: str) -> Trouble:
        evidence = {"place": self.place.label, "problem": why}
        return Trouble(LOGIN_REFUSED, f"{self.place.label} does not let in: {why}", evidence, lasting=True)


def open_client(credentials: Any, project: str) -> Opened:
    """Google's client with these credentials."""
    return Opened(secretmanager_v1.SecretManagerServiceClient(credentials=credentials), project)


def no_project(option: str) -> Trouble:
    """The trouble of credentials that belong to no project."""
    message = f"{option}: project_id is missing, and the credentials are of no project"
    return Trouble(KWARG_INVALID, message, {"option": option, "name": "project_id"}, lasting=True)
