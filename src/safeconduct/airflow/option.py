"""An option's value together with where it came from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from safeconduct.airflow.defaults import Name
from safeconduct.model import Finding, Location, Secret, Unjudged

SecretResolver = Callable[[str], "Secret | Finding | Unjudged | None"]
"""Asks the configured secrets backend for a configuration value by its path; None when it has none there."""

_SECRET_ENDINGS = ("password", "passphrase", "secret", "secret_key", "token")


@dataclass(frozen=True)
class Option:
    """An option under its present name.

    `value` is a Secret for options that Airflow calls sensitive and for those whose name says so. `origin` says in
    words where it was set; `location` is its line when that is a file.
    """

    section: str
    key: str
    value: str | Secret
    origin: str
    location: Location | None = None

    def reveal(self) -> str:
        """The value itself, secret or not. For the point of use."""
        return self.value.reveal() if isinstance(self.value, Secret) else self.value


@dataclass(frozen=True)
class Found:
    """A value on its way to becoming an Option."""

    value: Secret
    origin: str
    location: Location | None = None


Answer = Found | Finding | Unjudged | None
"""What one source says of an option; None when it does not know it, so that the next one is asked."""


def names_a_secret(name: Name) -> bool:
    """Whether an option's key says that its value must not be seen, whatever Airflow says of it."""
    return name[1].removesuffix("_cmd").endswith(_SECRET_ENDINGS)


def env_name(name: Name) -> str:
    """The environment variable of an option."""
    section, key = name
    return f"AIRFLOW__{section.replace('.', '_').upper()}__{key.upper()}"


def shown(name: Name) -> str:
    """An option as it stands in sentences."""
    return f"[{name[0]}] {name[1]}"
