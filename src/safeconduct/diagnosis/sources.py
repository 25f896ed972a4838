"""Where connections are looked for: what the configuration says, turned into backends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from safeconduct.airflow.configuration import Configuration
from safeconduct.airflow.dialect import Dialect
from safeconduct.airflow.metadata import SUBJECT, MetadataDatabase
from safeconduct.model import Finding, Secret, Unjudged
from safeconduct.secrets import (
    AbsentBackend,
    EnvironmentBackend,
    Keyring,
    KeyState,
    MetadataBackend,
    MetadataPlace,
    UnreachableBackend,
    read_keyring,
    reader_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from safeconduct.secrets import ConnectionBackend

URL = ("database", "sql_alchemy_conn")
KEY = ("core", "fernet_key")


@dataclass(frozen=True)
class Sources:
    """The backends in Airflow's order, and what could not be found out about them."""

    backends: tuple[ConnectionBackend, ...] = ()
    findings: tuple[Finding, ...] = ()
    unjudged: tuple[Unjudged, ...] = ()

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """What opens the places."""
        return tuple(secret for backend in self.backends for secret in backend.secrets)


def sources_of(environ: Mapping[str, str], home: Path | None, timeout: float) -> Sources:
    """Where Airflow's configuration in this environment says that connections are: variables, metadata database.

    `timeout` is in seconds; `environ` and `home` are where libpq looks for its defaults. Nothing is opened yet. A
    configured secrets backend of Airflow's own is not asked yet: that is said.
    """
    configuration = Configuration.load(environ)
    if isinstance(configuration, Finding):
        return Sources(findings=(configuration,))
    environment = EnvironmentBackend(environ, Dialect.of(configuration.version or ""))
    unasked = _unasked_backend(configuration)
    if isinstance(unasked, Finding):
        return Sources(findings=(unasked,))
    backends = (environment, _metadata(configuration, environ, home, timeout))
    return Sources(backends, unjudged=(unasked,) if unasked else ())


def _unasked_backend(configuration: Configuration) -> Unjudged | Finding | None:
    """That [secrets] backend names a backend which Airflow would ask first, and we do not know how to ask.

    A finding where the option cannot be read: Airflow, which asks for it first, then does not start.
    """
    option = configuration.option("secrets", "backend")
    if isinstance(option, (Finding, Unjudged)):
        return option
    if option is None or not option.reveal().strip():
        return None
    name = option.reveal().strip()
    return Unjudged(
        "secrets backend", f"{option.origin} names {name}, which Airflow asks first and which cannot be asked here yet"
    )


def _metadata(
    configuration: Configuration, environ: Mapping[str, str], home: Path | None, timeout: float
) -> ConnectionBackend:
    option = configuration.option(*URL)
    if option is None:
        return UnreachableBackend(Unjudged(SUBJECT, "no [database] sql_alchemy_conn is configured"))
    if isinstance(option, (Finding, Unjudged)):
        return UnreachableBackend(option)
    schema = configuration.get("database", "sql_alchemy_schema", "")
    place = MetadataPlace(
        Secret(option.reveal()), option.origin, schema if isinstance(schema, str) else "", environ, home
    )
    reader = reader_of(place, timeout)
    if isinstance(reader, Finding) and option.origin.startswith("default"):
        file = f"{configuration.path} {'names none' if configuration.file_found else 'is not there'}"
        return AbsentBackend(f"{file}, and {reader.message}")
    if isinstance(reader, (Finding, Unjudged)):
        return UnreachableBackend(reader)
    keyring = _keyring(configuration)
    if isinstance(keyring, Finding):
        return UnreachableBackend(keyring)
    return MetadataBackend(MetadataDatabase(reader), keyring)


def _keyring(configuration: Configuration) -> Keyring | Finding:
    option = configuration.option(*KEY)
    if isinstance(option, Finding):
        return option
    if option is None or configuration.makes_up(*KEY):
        return read_keyring(None, "airflow.cfg [core] fernet_key or AIRFLOW__CORE__FERNET_KEY")
    if isinstance(option, Unjudged):
        return Keyring(KeyState.UNKNOWN, "[core] fernet_key", f"its key could not be looked up: {option.reason}")
    return read_keyring(Secret(option.reveal()), option.origin)
