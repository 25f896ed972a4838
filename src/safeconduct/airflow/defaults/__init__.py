"""What each Airflow release knows of its options: their defaults, which are secret, and which have moved.

The JSON files are written by `tools/generate_airflow_defaults.py` from a real Airflow of that release.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Name = tuple[str, str]
"""Section and key of an option, both in lower case."""

HOME_PLACEHOLDER = "{AIRFLOW_HOME}"

_FILES = {"2.7": "2.7.json", "2.11": "2.11.json", "3.3": "3.3.json"}


@dataclass(frozen=True)
class Default:
    """A default value and the release that it was read from. `{AIRFLOW_HOME}` stands for the home directory."""

    value: str
    release: str


@dataclass(frozen=True)
class Defaults:
    """The options of one Airflow release, or of several where the release is not known.

    `sensitive` are the options that Airflow also takes from a command or a secrets backend; `random` those whose
    default is made up anew by every process; `generated` those that Airflow writes into a new airflow.cfg.
    `moved` leads from an option's present name to its former one, `renamed_sections` likewise.
    """

    values: Mapping[Name, Default]
    sensitive: frozenset[Name]
    random: frozenset[Name]
    generated: frozenset[Name]
    moved: Mapping[Name, Name]
    moved_from: Mapping[Name, Name]
    renamed_sections: Mapping[str, str]
    is_airflow_3: bool

    def present_and_former(self, asked: Name) -> tuple[Name, Name | None]:
        """The present name of an option that was asked for under either name, and the former one if it has one.

        The order of the questions is that of `AirflowConfigParser.get` (2.11 and 3.3).
        """
        section, key = asked
        for present, former in self.renamed_sections.items():
            if section == former:
                return (present, key), asked
        if asked in self.moved_from:
            return self.moved_from[asked], asked
        if section in self.renamed_sections:
            return asked, (self.renamed_sections[section], key)
        return asked, self.moved.get(asked)


def defaults_of(version: str | None, is_installed: Callable[[str], bool]) -> Defaults:
    """The options as the given Airflow version knows them, None for an unknown one.

    For an unknown version they are those of 2.11, and those of 3.3 that 2.11 does not have. `is_installed` tells
    whether a provider's distribution is there: the options of the others have Airflow's own fallback values only.
    """
    if version is None:
        return _both(_read("2.11", is_installed), _read("3.3", is_installed))
    return _read(_nearest(version), is_installed)


def _nearest(version: str) -> str:
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    if numbers >= (3,):
        return "3.3"
    return "2.11" if numbers >= (2, 8) else "2.7"


def _read(release: str, is_installed: Callable[[str], bool]) -> Defaults:
    data = json.loads(Path(__file__).with_name(_FILES[release]).read_text(encoding="utf-8"))
    providers = [body for name, body in data["providers"].items() if is_installed(name)]
    values: dict[Name, Default] = {}
    sensitive = _names(data["sensitive"])
    for body in (data["fallbacks"], *(provider["options"] for provider in providers), data["options"]):
        values |= _values(body, release)
    for provider in providers:
        sensitive |= _names(provider["sensitive"])
    moved = {(row[0], row[1]): (row[2], row[3]) for row in data["moved"]}
    return Defaults(
        values=values,
        sensitive=sensitive,
        random=_names(data["random"]),
        generated=_names(data["generated"]),
        moved=moved,
        moved_from={former: present for present, former in moved.items()},
        renamed_sections=data["renamed_sections"],
        is_airflow_3=release.startswith("3"),
    )


def _names(rows: list[list[str]]) -> frozenset[Name]:
    return frozenset((section, key) for section, key in rows)


def _values(body: dict[str, dict[str, Any]], release: str) -> dict[Name, Default]:
    return {
        (section, key): Default(value, release) for section, options in body.items() for key, value in options.items()
    }


def _both(older: Defaults, newer: Defaults) -> Defaults:
    """Options of the older release as it knows them; from the newer one only what the older one has not."""
    return Defaults(
        values={**newer.values, **older.values},
        sensitive=older.sensitive | newer.sensitive,
        random=older.random | (newer.random - older.values.keys()),
        generated=older.generated | (newer.generated - older.values.keys()),
        moved={**newer.moved, **older.moved},
        # An option that still exists in the older release must not be taken for the newer name of something else.
        moved_from={
            **{former: new for former, new in newer.moved_from.items() if former not in older.values},
            **older.moved_from,
        },
        renamed_sections={**newer.renamed_sections, **older.renamed_sections},
        is_airflow_3=older.is_airflow_3,
    )
