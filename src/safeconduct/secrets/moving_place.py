"""The backend that credentials are moved to: the configured one, or one of these with options of its own; and what
makes Airflow ask it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from safeconduct.masking import is_secret_key
from safeconduct.masking.uris import hide_userinfo
from safeconduct.model import Finding, Unjudged
from safeconduct.secrets.kwargs import SUBJECT, Kwargs, WrongKwarg, check_names, read_kwargs
from safeconduct.secrets.opening import KNOWN, SERVER, configured_kwargs, library_lacking
from safeconduct.secrets.patient_source import PatientSource
from safeconduct.secrets.writing import WritableSource

if TYPE_CHECKING:
    from collections.abc import Mapping

    from safeconduct.airflow.configuration import Configuration

TARGETS = {
    "vault": "airflow.providers.hashicorp.secrets.vault.VaultBackend",
    "aws-sm": "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend",
    "aws-ssm": "airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend",
    "file": "airflow.secrets.local_filesystem.LocalFilesystemBackend",
}
"""The classes that can be written for, by short names."""
_FROM_ENVIRONMENT = {"vault": {"url": "VAULT_ADDR"}, "aws-sm": {"region_name": "AWS_DEFAULT_REGION"}}
_FROM_ENVIRONMENT["aws-ssm"] = _FROM_ENVIRONMENT["aws-sm"]
Failed = Finding | Unjudged


@dataclass(frozen=True)
class Target:
    """A place to write to. `lines` are what airflow.cfg has to say for Airflow to ask it; "" where it does already."""

    source: WritableSource
    lines: str


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
    lines = "" if option is not None else _lines(short, kwargs, environ)
    return Target(PatientSource(source, timeout), lines)


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


def _lines(short: str, kwargs: Kwargs, environ: Mapping[str, str]) -> str:
    """In airflow.cfg a % stands for itself when it is doubled. Secrets are named, and not shown."""
    shown = {name: _shown(name, value) for name, value in kwargs.values.items()}
    for name, variable in _FROM_ENVIRONMENT.get(short, {}).items():
        if name not in shown and environ.get(variable):
            shown[name] = hide_userinfo(environ[variable])
    text = json.dumps(shown).replace("%", "%%")
    return f"[secrets]\nbackend = {TARGETS[short]}\nbackend_kwargs = {text}"


def _shown(name: str, value: object) -> object:
    if is_secret_key(name) and isinstance(value, (str, dict)):
        return f"<{name}>"
    if isinstance(value, str):
        return hide_userinfo(value)
    if isinstance(value, dict):
        return {inner: _shown(str(inner), one) for inner, one in value.items()}
    return value
