"""The backend that credentials are moved to: the configured one, or one of these with options of its own; and what
makes Airflow ask it."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from safeconduct.model import Finding, Unjudged
from safeconduct.secrets.kwargs import SUBJECT, Kwargs, WrongKwarg, check_names, read_kwargs
from safeconduct.secrets.moving_configuration import Lines, lines_for
from safeconduct.secrets.opening import (
    KNOWN,
    SERVER,
    WORKERS,
    Opened,
    configured_kwargs,
    has_workers,
    library_lacking,
    open_backend,
)
from safeconduct.secrets.patient_source import PatientSource
from safeconduct.secrets.writing import WritableSource

if TYPE_CHECKING:
    from collections.abc import Mapping

    from safeconduct.airflow.configuration import Configuration
    from safeconduct.secrets.interface import ConnectionBackend

TARGETS = {
    "vault": "airflow.providers.hashicorp.secrets.vault.VaultBackend",
    "aws-sm": "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend",
    "aws-ssm": "airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend",
    "file": "airflow.secrets.local_filesystem.LocalFilesystemBackend",
}
"""The classes that can be written for, by short names."""
Failed = Finding | Unjudged


@dataclass(frozen=True)
class Target:
    """A place to write to. `lines` are what makes Airflow ask it, none where it does already.

    `tasks_ask` is the backend that tasks ask before, if the workers have one of their own.
    """

    source: WritableSource
    lines: Lines
    tasks_ask: ConnectionBackend | None = None


def target_of(
    configuration: Configuration, environ: Mapping[str, str], timeout: float, to: str | None, given: str | None
) -> Target | Failed:
    """The place `to`, one of TARGETS, None for the configured one.

    `given` are its options as JSON; without them the configured ones count where they are of this class.
    """
    option = configuration.option(SERVER.section, SERVER.backend)
    if isinstance(option, (Finding, Unjudged)):
        return option
    path = option.reveal().strip() if option else ""
    configured = next((name for name, class_path in TARGETS.items() if class_path == path), None)
    short = to or configured
    if short is None:
        what = f"names {path}, which is not written to" if path else "is not set"
        return Unjudged(SUBJECT, f"[secrets] backend {what}: say where with --to")
    if given is None and option is not None and short == configured:
        read = configured_kwargs(configuration, SERVER, environ, option)
    else:
        read = read_kwargs(given or "", "--backend-kwargs", {})
        option = None
    if isinstance(read, (Finding, Unjudged)):
        return read
    kwargs, findings = read
    source = findings[0] if findings else _source(short, kwargs, environ, timeout, configuration.version or "")
    if isinstance(source, (Finding, Unjudged)):
        return source
    lines = lines_for(configuration, TARGETS[short], short, kwargs, environ) if option is None else Lines()
    tasks = open_backend(configuration, WORKERS, environ, timeout) if has_workers(configuration) else Opened()
    return Target(PatientSource(source, timeout), lines, tasks.backend)


def _source(
    short: str, kwargs: Kwargs, environ: Mapping[str, str], timeout: float, version: str
) -> WritableSource | Failed:
    """Where the options leave a doubt about the place, nothing is written at all."""
    known = KNOWN[TARGETS[short]]
    if lacking := library_lacking(known):
        return lacking
    module: Any = import_module(f"safeconduct.secrets.{known.module}")
    unknown = check_names(kwargs, module.TABLE.of(version))
    if unknown:
        return unknown[0]
    try:
        source: WritableSource | Unjudged = module.open_source(kwargs, environ, timeout)
    except WrongKwarg as wrong:
        return wrong.finding(kwargs.origin)
    return source
