"""Where Airflow looks for an option's value, in its order: environment, file, commands, secrets backend."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from safeconduct.airflow.config_file import ConfigFile
from safeconduct.airflow.endless import endless
from safeconduct.airflow.expansion import expand
from safeconduct.airflow.option import Answer, Found, SecretResolver, env_name, shown
from safeconduct.airflow.rules_configuration import SECRET_FAILED
from safeconduct.model import Finding, Location, Secret, Unjudged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from safeconduct.airflow.defaults import Name


@dataclass(frozen=True)
class Sources:
    """The sources of one environment. A command runs once, however often its option is asked for.

    `sensitive` are the options that may come from a command or the secrets backend: for all others Airflow passes
    over `_cmd` and `_secret`. `has_backend` tells whether [secrets] backend is set.
    """

    environ: Mapping[str, str] = field(repr=False)
    file: ConfigFile | None
    sensitive: frozenset[Name] = field(repr=False)
    resolve_secret: SecretResolver | None
    has_backend: Callable[[], bool]
    _outputs: dict[str, Secret | Finding] = field(default_factory=dict, repr=False)

    def look_up(self, names: list[Name]) -> Answer:
        """The value under the first source that knows it, each asked under every name in turn."""
        for source in (self._from_environment, self._from_file, self._from_file_command, self._from_file_secret):
            for name in names:
                answer = source(name)
                if answer is not None:
                    return answer
        return None

    def places(self, name: Name) -> Iterator[tuple[str, Location | None]]:
        """Where this very name is set, by itself, by a command or by the secrets backend. Nothing is looked up."""
        variable = env_name(name)
        for suffix in ("", "_CMD", "_SECRET"):
            if variable + suffix in self.environ:
                yield variable + suffix, None
        for suffix in ("", "_cmd", "_secret"):
            holder = (name[0], name[1] + suffix)
            if self._in_file(holder) is not None:
                yield self._place(holder), self._location(holder)

    def _from_environment(self, name: Name) -> Answer:
        variable = env_name(name)
        if variable in self.environ:
            return self._expanded(self.environ[variable], variable)
        if name not in self.sensitive:
            return None
        if (by_command := variable + "_CMD") in self.environ:
            # An empty output is a value here, and none in the file: so it is in Airflow.
            return self._by_command(self.environ[by_command], by_command)
        if (by_secret := variable + "_SECRET") in self.environ:
            return self._by_secret(self.environ[by_secret], name, by_secret)
        return None

    def _from_file(self, name: Name) -> Answer:
        value = self._in_file(name)
        if value is None or isinstance(value, Finding):
            return value
        return self._expanded(value, self._place(name), self._location(name))

    def _from_file_command(self, name: Name) -> Answer:
        return self._unless_empty(name, "_cmd")

    def _from_file_secret(self, name: Name) -> Answer:
        return self._unless_empty(name, "_secret")

    def _unless_empty(self, name: Name, suffix: str) -> Answer:
        holder = (name[0], name[1] + suffix)
        value = self._in_file(holder) if name in self.sensitive else None
        if value is None or isinstance(value, Finding):
            return value
        place, location = self._place(holder), self._location(holder)
        by_command = suffix == "_cmd"
        answer = self._by_command(value, place, location) if by_command else self._by_secret(value, name, place)
        return None if isinstance(answer, Found) and not answer.value else answer

    def _expanded(self, value: str, origin: str, location: Location | None = None) -> Answer:
        expanded = expand(value, self.environ)
        return endless(origin, location) if expanded is None else Found(Secret(expanded), origin, location)

    def _by_command(self, command: str, origin: str, location: Location | None = None) -> Answer:
        from safeconduct.airflow.option_command import run_option_command  # seldom used, and it loads subprocess

        if origin not in self._outputs:
            self._outputs[origin] = run_option_command(command, self.environ, origin, location=location)
        output = self._outputs[origin]
        return output if isinstance(output, Finding) else Found(output, origin, location)

    def _by_secret(self, path: str, name: Name, origin: str) -> Answer:
        if name[0] == "secrets":
            return _secret_of_the_backend(name, origin)
        if not self.has_backend():
            return None
        if self.resolve_secret is None:
            return Unjudged(shown(name), f"{origin} leaves it to the secrets backend, which was not asked")
        answer = self.resolve_secret(path)
        return Found(answer, origin) if isinstance(answer, Secret) else answer

    def _in_file(self, name: Name) -> str | Finding | None:
        return self.file.get(name) if self.file else None

    def _location(self, name: Name) -> Location | None:
        return self.file.location(name) if self.file else None

    def _place(self, name: Name) -> str:
        return f"{os.path.basename(self.file.path) if self.file else ''} {shown(name)}"


def _secret_of_the_backend(name: Name, origin: str) -> Finding:
    return Finding(
        rule=SECRET_FAILED.id,
        subject=shown(name),
        message=f"{origin} keeps {shown(name)} in the secrets backend that it should open; set it directly or by _cmd.",
        evidence={"set in": origin},
    )
