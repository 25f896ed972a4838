"""From [secrets] and [workers] to the backend that Airflow would open, and what is wrong with its class or options."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from safeconduct.airflow.configuration import Configuration
from safeconduct.airflow.dialect import Dialect
from safeconduct.airflow.option import env_name
from safeconduct.model import Finding, Remedy, RemedyKind, Secret, Unjudged
from safeconduct.secrets.foreign import ForeignSource
from safeconduct.secrets.kwargs import SUBJECT, Effect, Kwargs, WrongKwarg, check_names, read_kwargs
from safeconduct.secrets.metadata import UnreachableBackend
from safeconduct.secrets.records import RecordBackend
from safeconduct.secrets.rules import CLASS_UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from safeconduct.airflow.option import Option
    from safeconduct.secrets.interface import ConnectionBackend


@dataclass(frozen=True)
class Known:
    """A class that is read here by a file of our own, which has a TABLE of options and `open_source`.

    `needs` is the library that it is read with, in the extra of this project that installs it.
    """

    name: str
    module: str
    needs: str = ""
    extra: str = ""


KNOWN: dict[str, Known] = {
    "airflow.providers.hashicorp.secrets.vault.VaultBackend": Known("Vault", "vault", "hvac", "vault"),
    "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend": Known(
        "AWS Secrets Manager", "secrets_manager", "boto3", "aws"
    ),
    "airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend": Known(
        "AWS Parameter Store", "parameter_store", "boto3", "aws"
    ),
    "airflow.providers.google.cloud.secrets.secret_manager.CloudSecretManagerBackend": Known(
        "Google Secret Manager", "secret_manager", "google.cloud.secretmanager_v1", "gcp"
    ),
    "airflow.secrets.local_filesystem.LocalFilesystemBackend": Known("local files", "local_files"),
}
"""The classes of Airflow and its providers that are read here."""
FORMER = {
    "airflow.contrib.secrets.hashicorp_vault.VaultBackend": "airflow.providers.hashicorp.secrets.vault.VaultBackend",
    "airflow.contrib.secrets.aws_secrets_manager.SecretsManagerBackend": (
        "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend"
    ),
    "airflow.contrib.secrets.aws_systems_manager.SystemsManagerParameterStoreBackend": (
        "airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend"
    ),
    "airflow.contrib.secrets.gcp_secrets_manager.CloudSecretsManagerBackend": (
        "airflow.providers.google.cloud.secrets.secret_manager.CloudSecretManagerBackend"
    ),
    "airflow.providers.google.cloud.secrets.secrets_manager.CloudSecretsManagerBackend": (
        "airflow.providers.google.cloud.secrets.secret_manager.CloudSecretManagerBackend"
    ),
}
"""Where they were before Airflow 2."""
_NEAR = 0.9
"""How alike a class path is to one of ours that is misspelt; real ones of other providers are at 0.76 at most."""


@dataclass(frozen=True)
class Opened:
    """The backend, if one is configured. `stops` says why Airflow does not even start with these options.

    `findings` are faults that Airflow works on with.
    """

    backend: ConnectionBackend | None = None
    stops: Finding | Unjudged | None = None
    findings: tuple[Finding, ...] = ()

    def option(self, name: str) -> Secret | Finding | Unjudged | None:
        """The value that a `_secret` option of this path stands for, as the backend has it."""
        if self.stops is not None:
            return self.stops
        if isinstance(self.backend, RecordBackend):
            return self.backend.option(name)
        answer = self.backend.get(name) if self.backend is not None else None
        return answer if isinstance(answer, (Finding, Unjudged)) else None


@dataclass(frozen=True)
class Side:
    """Which of Airflow's two pairs of options: that of all its parts, or that of the workers of Airflow 3."""

    section: str
    backend: str
    kwargs: str


SERVER = Side("secrets", "backend", "backend_kwargs")
WORKERS = Side("workers", "secrets_backend", "secrets_backend_kwargs")


def has_workers(configuration: Configuration) -> bool:
    """Whether this Airflow asks for [workers] secrets_backend: 3.x does, and where no version is known, it may."""
    return not (configuration.version or "").startswith("2.")


def open_backend(configuration: Configuration, side: Side, environ: Mapping[str, str], timeout: float) -> Opened:
    """The backend that this pair of options names. Nothing is asked yet; `timeout` is in seconds."""
    option = configuration.option(side.section, side.backend)
    if isinstance(option, (Finding, Unjudged)):
        return Opened(stops=option)
    if option is None or not option.reveal().strip():
        return Opened()
    read = configured_kwargs(configuration, side, environ, option)
    if isinstance(read, (Finding, Unjudged)):
        return Opened(stops=read)
    kwargs, findings = read
    opened = _opened(option, kwargs, configuration.version or "", environ, timeout)
    return Opened(opened.backend, opened.stops, (*findings, *opened.findings))


def configured_kwargs(
    configuration: Configuration, side: Side, environ: Mapping[str, str], option: Option
) -> tuple[Kwargs, tuple[Finding, ...]] | Finding | Unjudged:
    """The options of the class that `option` names, and what is wrong with how they are written."""
    text = configuration.option(side.section, side.kwargs)
    if isinstance(text, (Finding, Unjudged)):
        return text
    origin = text.origin if text is not None else f"{option.origin} without {side.kwargs}"
    return read_kwargs(text.reveal() if text is not None else "", origin, _overrides(side, environ, configuration))


def configuration_of(environ: Mapping[str, str], timeout: float) -> Configuration | Finding:
    """Airflow's configuration, whose `_secret` options ask the secrets backend that it names when they are needed."""
    plain = Configuration.load(environ)
    if isinstance(plain, Finding):
        return plain
    opened = cache(lambda: open_backend(plain, SERVER, environ, timeout))
    return plain.with_secrets(lambda path: opened().option(path))


def _overrides(side: Side, environ: Mapping[str, str], configuration: Configuration) -> dict[str, str]:
    """Options set one by one, which Airflow 3.3 has: AIRFLOW__SECRETS__BACKEND_KWARG__ROLE_ID.

    Where no version is known they count: whoever sets them has an Airflow that reads them.
    """
    if (configuration.version or "").startswith("2."):
        return {}
    prefix = env_name((side.section, side.kwargs.replace("_kwargs", "_kwarg"))) + "__"
    return {name[len(prefix) :].lower(): value for name, value in environ.items() if name.startswith(prefix)}


def _opened(option: Option, kwargs: Kwargs, version: str, environ: Mapping[str, str], timeout: float) -> Opened:
    path, dialect = option.reveal().strip(), Dialect.of(version)
    known = KNOWN.get(path)
    if known is None:
        return _not_known(option, path, kwargs, dialect, timeout)
    if lacking := library_lacking(known):
        return Opened(UnreachableBackend(lacking, known.name))
    module: Any = import_module(f"safeconduct.secrets.{known.module}")
    unknown = check_names(kwargs, module.TABLE.of(version))
    if unknown and module.TABLE.unknown is Effect.ENDS_AIRFLOW:
        return Opened(stops=unknown[0], findings=unknown[1:])
    try:
        source = module.open_source(kwargs, environ, timeout)
    except WrongKwarg as wrong:
        found = wrong.finding(kwargs.origin)
        if wrong.fatal:
            return Opened(stops=found, findings=unknown)
        return Opened(UnreachableBackend(found, known.name), findings=unknown)
    if unknown and module.TABLE.unknown is Effect.FAILS_LOOK_UPS:
        return Opened(UnreachableBackend(unknown[0], known.name), findings=unknown[1:])
    if isinstance(source, Unjudged):
        return Opened(UnreachableBackend(source, known.name), findings=unknown)
    return Opened(RecordBackend(source, dialect, timeout), findings=unknown)


def library_lacking(known: Known) -> Unjudged | None:
    """What to install where the library is not here that this backend is asked with."""
    if not known.needs or _is_here(known.needs):
        return None
    needed = f"{known.name} needs a library to be asked: pip install 'safeconduct[{known.extra}]'"
    return Unjudged(SUBJECT, needed)


def _is_here(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):  # of a package above it, or of a name that is none
        return False


def _not_known(option: Option, path: str, kwargs: Kwargs, dialect: Dialect, timeout: float) -> Opened:
    """A class that somebody else wrote, where it can be imported; else one of ours misspelt, or one for elsewhere."""
    package, dot, _ = path.partition(".")
    if dot and _is_here(package):
        return Opened(RecordBackend(ForeignSource(path, option.origin, kwargs), dialect, timeout))
    nearest = FORMER.get(path) or next(iter(difflib.get_close_matches(path, sorted(KNOWN), n=1, cutoff=_NEAR)), "")
    if nearest:
        return Opened(stops=_no_class(option, path, nearest))
    why = (
        f"{option.origin} names {path}, which Airflow asks first and which cannot be imported here; run safeconduct "
        "where Airflow runs"
    )
    return Opened(UnreachableBackend(Unjudged(SUBJECT, why), path))


def _no_class(option: Option, path: str, nearest: str) -> Finding:
    message = f"{option.origin} names {path[:120]}, and there is no such class; did you mean {nearest}?"
    evidence = {"option": option.origin, "name": path[:120], "nearest": nearest}
    remedy = Remedy(RemedyKind.OPTION, f"{option.key} = {nearest}", when=f"in {option.origin}")
    return CLASS_UNKNOWN.finding(SUBJECT, message, evidence=evidence, remedies=(remedy,))
