"""What Vault's refusals mean: each error of hvac or of the way there becomes one Trouble."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import requests
from hvac import exceptions

from safeconduct.model import Remedy, RemedyKind
from safeconduct.secrets.pasting import quoted
from safeconduct.secrets.place import Trouble
from safeconduct.secrets.reasons import reason_of
from safeconduct.secrets.rules import (
    FAILED,
    FORBIDDEN,
    KWARG_INVALID,
    LOGIN_REFUSED,
    MOUNT_WRONG,
    RECORD_MALFORMED,
    SEALED,
    THROTTLED,
    UNREACHABLE,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from safeconduct.secrets.place import Place

_NO_URL = (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, requests.exceptions.MissingSchema)


class CasMismatch(Trouble):
    """The record was written in between: its latest version is another one than the writer had seen."""


@dataclass(frozen=True)
class VaultTroubles:
    """Says what went wrong at this place, for one who logs in by `method`."""

    place: Place
    method: str
    timeout: float

    def of(self, error: Exception) -> Trouble:
        """Of an error that asking again does not mend."""
        if isinstance(error, (exceptions.VaultDown, exceptions.VaultNotInitialized)):
            return self._sealed(error)
        if isinstance(error, exceptions.VaultError):
            return self.failed(error)
        if isinstance(error, requests.exceptions.RequestException) and not isinstance(error, _NO_URL):
            return self._unreachable(error)
        message = f"{self.place.option}: url is none that can be asked"
        return Trouble(KWARG_INVALID, message, self._evidence(name="url"), lasting=True)

    def gave_up(self, error: exceptions.VaultError, asked: int) -> Trouble:
        """Of an error that asking again did not mend."""
        if not isinstance(error, exceptions.RateLimitExceeded):
            return self.failed(error, asked=f"{asked} times")
        message = f"{self.place.label} turns requests away as too many"
        evidence = self._evidence(status="429", asked=f"{asked} times")
        return Trouble(THROTTLED, message, evidence, lasting=True)

    def failed(self, error: exceptions.VaultError, **more: str) -> Trouble:
        """Of an error of Vault's own."""
        evidence = self._evidence(status=_status(error), **more)
        lasting = not isinstance(error, exceptions.InvalidRequest)
        return Trouble(FAILED, f"{self.place.label} answers with an error", evidence, lasting=lasting)

    def forbidden(self, where: str, capability: str, policies: Sequence[str]) -> Trouble:
        """Of a path that the login may not use so; `policies` are those that it has, as far as it may know."""
        evidence = self._evidence(record=where, status="403")
        if policies:
            evidence["policies"] = ", ".join(policies)
        own = next((name for name in policies if name != "default"), "POLICY")
        rule = f'path {json.dumps(where)} {{ capabilities = ["{capability}"] }}'
        remedy = Remedy(
            RemedyKind.COMMAND,
            f"(vault policy read {quoted(own)}; echo {quoted(rule)}) | vault policy write {quoted(own)} -",
            when=f"as one who may write the policy {own}",
        )
        message = f"{self.place.label} lets this login in, and forbids it to {capability} {where}"
        return Trouble(FORBIDDEN, message, evidence, (remedy,))

    def no_authority(self) -> Trouble:
        """Of certificate files that cannot be read."""
        message = f"{self.place.option}: verify or cert names a file that cannot be read"
        return Trouble(KWARG_INVALID, message, self._evidence(name="verify, cert"), lasting=True)

    def refused(self, why: str, error: exceptions.VaultError | None = None) -> Trouble:
        """Of a login."""
        evidence = self._evidence(**({"status": _status(error)} if error else {}))
        message = f"{self.place.label} does not let in by {self.method}: {why}"
        return Trouble(LOGIN_REFUSED, message, evidence, lasting=True)

    def no_engine(self, mount: str, found: str) -> Trouble:
        """Of a mount point where no such secrets are."""
        message = f"{self.place.label} keeps no such secrets under {mount}: {found}"
        return Trouble(MOUNT_WRONG, message, self._evidence(mount=mount, found=found))

    def odd(self, where: str) -> Trouble:
        """Of an answer that Vault's API does not have."""
        message = f"{self.place.label} answers for {where}, but not as Vault does"
        return Trouble(RECORD_MALFORMED, message, self._evidence(record=where))

    def _sealed(self, error: exceptions.VaultError) -> Trouble:
        new = isinstance(error, exceptions.VaultNotInitialized)
        command = "vault operator init" if new else "vault operator unseal"
        remedy = Remedy(RemedyKind.COMMAND, command, when="with VAULT_ADDR set to this Vault")
        message = f"{self.place.label} is {'not initialized' if new else 'sealed, or not ready'}"
        return Trouble(SEALED, message, self._evidence(status=_status(error)), (remedy,), lasting=True)

    def _unreachable(self, error: requests.exceptions.RequestException) -> Trouble:
        slow = isinstance(error, requests.exceptions.Timeout)
        why = f"it did not answer within {self.timeout:g} s" if slow else reason_of(error)
        message = f"{self.place.label} cannot be reached: {why}"
        return Trouble(UNREACHABLE, message, self._evidence(error=why), lasting=True)

    def _evidence(self, **more: str) -> dict[str, str]:
        return {"place": self.place.label, "login": self.method, **more}


_STATUS = {
    exceptions.InvalidRequest: "400",
    exceptions.Unauthorized: "401",
    exceptions.Forbidden: "403",
    exceptions.InvalidPath: "404",
    exceptions.RateLimitExceeded: "429",
    exceptions.InternalServerError: "500",
    exceptions.VaultNotInitialized: "501",
    exceptions.BadGateway: "502",
    exceptions.VaultDown: "503",
}


def _status(error: exceptions.VaultError) -> str:
    return _STATUS.get(type(error), "none that Vault documents")
