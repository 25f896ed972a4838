"""Airflow's configuration as Airflow reads it, with the origin of every value.

Read from the sources of Airflow 2.7.3, 2.11.2 and 3.3.2 (`airflow/configuration.py`), and held against them by test.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import PurePath
from typing import TYPE_CHECKING

from safeconduct.airflow.config_file import ConfigFile, read_config_file
from safeconduct.airflow.defaults import HOME_PLACEHOLDER, Defaults, Name, defaults_of
from safeconduct.airflow.endless import endless
from safeconduct.airflow.expansion import expand
from safeconduct.airflow.installed import installed_airflow, is_installed
from safeconduct.airflow.option import Option, SecretResolver, names_a_secret, shown
from safeconduct.airflow.option_sources import Sources
from safeconduct.airflow.rules_configuration import (
    FILE_MISSING,
    OPTION_MISSING,
    UNIT_TEST_MODE,
    VALUE_TYPE,
)
from safeconduct.airflow.upgraded_values import upgraded
from safeconduct.model import Finding, Secret, Unjudged

if TYPE_CHECKING:
    from collections.abc import Mapping

    from safeconduct.model import Location

_TRUE, _FALSE = frozenset({"t", "true", "1"}), frozenset({"f", "false", "0"})


@dataclass(frozen=True)
class Configuration:
    """Airflow's options in one environment. Values are looked up, and commands run, only when asked for.

    `home` and `path` are AIRFLOW_HOME and the path of airflow.cfg, expanded; `version` is the Airflow that the
    defaults are those of, None when it is not known.
    """

    home: str
    path: str
    version: str | None
    _environ: Mapping[str, str] = field(repr=False, compare=False)
    _file: ConfigFile | None = field(repr=False, compare=False)
    _resolve_secret: SecretResolver | None = field(repr=False, compare=False)

    @classmethod
    def load(
        cls,
        environ: Mapping[str, str],
        resolve_secret: SecretResolver | None = None,
        *,
        version: str | None = None,
    ) -> Configuration | Finding:
        """Read airflow.cfg, which need not exist. Nothing is executed, nothing written.

        `resolve_secret` asks the secrets backend for `_secret` options; without it those are unjudged. `version`
        is the Airflow version to read as: None for the one installed in this environment, "" for none in
        particular.
        """
        home = expand(environ.get("AIRFLOW_HOME", "~/airflow"), environ)
        path = expand(environ["AIRFLOW_CONFIG"], environ) if "AIRFLOW_CONFIG" in environ else None
        if home is None or (path is None and "AIRFLOW_CONFIG" in environ):
            return endless("AIRFLOW_HOME" if home is None else "AIRFLOW_CONFIG")
        path = os.path.join(home, "airflow.cfg") if path is None else path
        file = read_config_file(path or ".")
        if isinstance(file, Finding):
            return file
        if file is None and _is_out_of_place(path, home):
            return _missing(path)
        known = (installed_airflow() if version is None else version) or None
        return cls(home, path, known, dict(environ), file, resolve_secret)._unless_unit_test()

    def with_secrets(self, resolve_secret: SecretResolver) -> Configuration:
        """The same, with a resolver: for a secrets backend that is opened with options of this configuration."""
        return replace(self, _resolve_secret=resolve_secret)

    def option(self, section: str, key: str) -> Option | Finding | Unjudged | None:
        """An option under its present or a former name; None when it is set nowhere and has no default.

        The value is what Airflow would work with: a command's output keeps its last line feed, for instance.
        Unjudged where Airflow makes the value up itself, or where only the secrets backend knows it.
        """
        present, former = self._defaults.present_and_former((section.lower(), key.lower()))
        found = self._sources.look_up([present] if former is None else [present, former])
        if isinstance(found, (Finding, Unjudged)):
            return found
        if found is None:
            return self._default(present)
        return self._option(present, found.value.reveal(), found.origin, found.location)

    def get(self, section: str, key: str, fallback: str | None = None) -> str | Secret | Finding | Unjudged | None:
        """The value of an option alone, or the fallback when it is set nowhere and has no default."""
        option = self.option(section, key)
        if option is None:
            return fallback
        return option.value if isinstance(option, Option) else option

    def getboolean(self, section: str, key: str, fallback: bool | None = None) -> bool | Finding | Unjudged:
        """The option as yes or no, in the words that Airflow takes; a text after # does not count."""
        option = self.option(section, key)
        if option is None:
            return _no_option((section, key)) if fallback is None else fallback
        if not isinstance(option, Option):
            return option
        word = option.reveal().lower().split("#")[0].strip()
        if word in _TRUE or word in _FALSE:
            return word in _TRUE
        return _wrong_type(option, "true or false")

    def getint(self, section: str, key: str, fallback: int | None = None) -> int | Finding | Unjudged:
        """The option as a whole number."""
        option = self.option(section, key)
        if option is None:
            return _no_option((section, key)) if fallback is None else fallback
        if not isinstance(option, Option):
            return option
        number = _whole_number(option.reveal(), decimal_point=self._defaults.is_airflow_3)
        return _wrong_type(option, "a whole number") if number is None else number

    def makes_up(self, section: str, key: str) -> bool:
        """Whether the option is set nowhere and Airflow makes up a random value for it when it starts."""
        present, former = self._defaults.present_and_former((section.lower(), key.lower()))
        is_set = self._sources.look_up([present] if former is None else [present, former]) is not None
        return not is_set and self._is_random(present)

    def places(self, section: str, key: str) -> tuple[tuple[str, Location | None], ...]:
        """Where an option is set under this very name, whether Airflow reads it or not; its value is not looked up."""
        return tuple(self._sources.places((section.lower(), key.lower())))

    @property
    def file_found(self) -> bool:
        """Whether airflow.cfg exists. Where not, Airflow would write one, with a new Fernet key, when it starts."""
        return self._file is not None

    def has_section(self, name: str) -> bool:
        """Whether airflow.cfg has this section: a second one of the same name would keep Airflow from starting."""
        return self._file is not None and self._file.has_section(name)

    @cached_property
    def _defaults(self) -> Defaults:
        running = self.version is not None and self.version == installed_airflow()
        return defaults_of(self.version, is_installed if running else lambda _: True)

    @cached_property
    def _sources(self) -> Sources:
        return Sources(
            environ=self._environ,
            file=self._file,
            sensitive=self._defaults.sensitive,
            resolve_secret=self._resolve_secret,
            has_backend=lambda: bool(self.get("secrets", "backend")),
        )

    def _default(self, name: Name) -> Option | Finding | Unjudged | None:
        if self._is_random(name):
            return Unjudged(
                shown(name), f"{shown(name)} is set nowhere, so Airflow makes up a random value when it starts"
            )
        default = self._defaults.values.get(name)
        if default is None:
            return None
        value = expand(default.value.replace(HOME_PLACEHOLDER, self.home), self._environ)
        origin = f"default of Airflow {default.release}"
        return endless(origin) if value is None else self._option(name, value, origin)

    def _is_random(self, name: Name) -> bool:
        return name in self._defaults.random or (name in self._defaults.generated and not self.file_found)

    def _option(self, name: Name, value: str, origin: str, location: Location | None = None) -> Option:
        value = upgraded(name, value, self._defaults)
        hidden = name in self._defaults.sensitive or names_a_secret(name)
        return Option(*name, Secret(value) if hidden else value, origin, location)

    def _unless_unit_test(self) -> Configuration | Finding:
        option, mode = self.option("core", "unit_test_mode"), self.getboolean("core", "unit_test_mode", fallback=False)
        if isinstance(mode, Finding):
            return mode  # Airflow asks for it at every start, and does not start
        if isinstance(option, Option) and mode is True:
            return Finding(
                rule=UNIT_TEST_MODE.id,
                subject="[core] unit_test_mode",
                message=f"Airflow is in unit test mode ({option.origin}) and passes over airflow.cfg; turn it off.",
                evidence={"set in": option.origin},
                location=option.location,
            )
        return self


def _whole_number(text: str, *, decimal_point: bool) -> int | None:
    """Airflow 3 takes 5.0 and 5e0 for 5."""
    try:
        return int(text)
    except ValueError:
        return _whole_float(text) if decimal_point else None


def _whole_float(text: str) -> int | None:
    try:
        number = float(text)
        whole = int(number)
    except (ValueError, OverflowError):
        return None
    return whole if whole == number else None


def _is_out_of_place(path: str, home: str) -> bool:
    """Whether Airflow would refuse to create the missing file: its directory is not there, nor under its home."""
    directory = PurePath(path).parent
    return not os.path.isdir(directory) and not directory.is_relative_to(home)


def _missing(path: str) -> Finding:
    return Finding(
        rule=FILE_MISSING.id,
        subject="AIRFLOW_CONFIG",
        message=f"AIRFLOW_CONFIG names {path}, but its directory does not exist; correct it or remove it.",
        evidence={"file": path},
    )


def _no_option(name: Name) -> Finding:
    return Finding(
        rule=OPTION_MISSING.id,
        subject=shown(name),
        message=f"{shown(name)} is set nowhere and has no default.",
        evidence={"option": shown(name)},
    )


def _wrong_type(option: Option, expected: str) -> Finding:
    name = shown((option.section, option.key))
    return Finding(
        rule=VALUE_TYPE.id,
        subject=name,
        message=f"{name} must be {expected}; its value comes from: {option.origin}.",
        evidence={"set in": option.origin, "expected": expected},
        location=option.location,
    )
