"""Where connections are looked for: what the configuration says, turned into backends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from safeconduct.airflow.configuration import Configuration
from safeconduct.airflow.dialect import Dialect
from safeconduct.airflow.metadata import SUBJECT, MetadataDatabase
from safeconduct.airflow.rules import DATABASE_UNREACHABLE
from safeconduct.model import Finding, Remedy, RemedyKind, Secret, Unjudged
from safeconduct.secrets import (
    SERVER,
    WORKERS,
    AbsentBackend,
    EnvironmentBackend,
    Keeper,
    Keyring,
    KeyState,
    MetadataBackend,
    MetadataPlace,
    Opened,
    UnreachableBackend,
    configuration_of,
    has_workers,
    open_backend,
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
    """The backends in Airflow's order, or why Airflow does not come to ask any: `findings` or `unjudged`.

    `faults` are of the backends' options, and keep nothing from being looked up.
    """

    backends: tuple[ConnectionBackend, ...] = ()
    findings: tuple[Finding, ...] = ()
    unjudged: tuple[Unjudged, ...] = ()
    faults: tuple[Finding, ...] = ()

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """What opens the places."""
        return tuple(secret for backend in self.backends for secret in backend.secrets)


def sources_of(environ: Mapping[str, str], home: Path | None, timeout: float) -> Sources:
    """Where Airflow's configuration in this environment says that connections are, in the order that it asks.

    The workers' own secrets backend, environment variables, the secrets backend, the metadata database; without one of
    the workers' own, the secrets backend comes before the variables. `timeout` is in seconds; `environ` and `home` are
    where libpq looks for its defaults. Nothing is opened yet.
    """
    configuration = Configuration.load(environ)
    if isinstance(configuration, Finding):
        return Sources(findings=(configuration,))
    environment = EnvironmentBackend(environ, Dialect.of(configuration.version or ""))
    server = open_backend(configuration, SERVER, environ, timeout)
    workers = open_backend(configuration, WORKERS, environ, timeout) if has_workers(configuration) else Opened()
    for opened in (server, workers):
        if isinstance(opened.stops, Finding):
            return Sources(findings=(opened.stops, *opened.findings))
        if opened.stops is not None:
            return Sources(unjudged=(opened.stops,), faults=opened.findings)
    configuration = configuration.with_secrets(server.option)
    metadata = _metadata(configuration, environ, home, timeout)
    order = (
        (workers.backend, environment, server.backend, metadata)
        if workers.backend is not None
        else (server.backend, environment, metadata)
    )
    return Sources(tuple(filter(None, order)), faults=(*server.findings, *workers.findings))


def keeper_of(
    environ: Mapping[str, str], home: Path | None, timeout: float, plaintext: bool = False
) -> Keeper | Finding | Unjudged:
    """The metadata database that connections are put into; why there is none. `plaintext` as Keeper has it."""
    configuration = configuration_of(environ, timeout)
    if isinstance(configuration, Finding):
        return configuration
    found = _database(configuration, environ, home, timeout)
    if isinstance(found, tuple):
        return Keeper(*found, plaintext)
    if isinstance(found, str):
        command = Remedy(RemedyKind.COMMAND, "safeconduct connections init DIR --real", when="to keep them without one")
        return DATABASE_UNREACHABLE.finding(
            SUBJECT, f"no metadata database is configured: {found}", remedies=(command,)
        )
    return found


def _metadata(
    configuration: Configuration, environ: Mapping[str, str], home: Path | None, timeout: float
) -> ConnectionBackend:
    found = _database(configuration, environ, home, timeout)
    if isinstance(found, tuple):
        return MetadataBackend(*found)
    return AbsentBackend(found) if isinstance(found, str) else UnreachableBackend(found)


def _database(
    configuration: Configuration, environ: Mapping[str, str], home: Path | None, timeout: float
) -> tuple[MetadataDatabase, Keyring] | str | Finding | Unjudged:
    """The metadata database and its keys; a text where none is configured, which says what was looked at."""
    option = configuration.option(*URL)
    if option is None:
        return Unjudged(SUBJECT, "no [database] sql_alchemy_conn is configured")
    if isinstance(option, (Finding, Unjudged)):
        return option
    schema = configuration.get("database", "sql_alchemy_schema", "")
    place = MetadataPlace(
        Secret(option.reveal()), option.origin, schema if isinstance(schema, str) else "", environ, home
    )
    reader = reader_of(place, timeout)
    if isinstance(reader, Finding) and option.origin.startswith("default"):
        file = f"{configuration.path} {'names none' if configuration.file_found else 'is not there'}"
        return f"{file}, and {reader.message}"
    if isinstance(reader, (Finding, Unjudged)):
        return reader
    keyring = _keyring(configuration)
    return keyring if isinstance(keyring, Finding) else (MetadataDatabase(reader), keyring)


def _keyring(configuration: Configuration) -> Keyring | Finding:
    option = configuration.option(*KEY)
    if isinstance(option, Finding):
        return option
    if option is None or configuration.makes_up(*KEY):
        return read_keyring(None, "airflow.cfg [core] fernet_key or AIRFLOW__CORE__FERNET_KEY")
    if isinstance(option, Unjudged):
        return Keyring(KeyState.UNKNOWN, "[core] fernet_key", f"its key could not be looked up: {option.reason}")
    return read_keyring(Secret(option.reveal()), option.origin)
