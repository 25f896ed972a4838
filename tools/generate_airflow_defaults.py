"""Write what a real Airflow knows of its options into one of our data files.

Run it with the Python of an environment that holds the Airflow release, and the providers whose options are to be
known, and redirect its output:

    $AIRFLOW_ENVIRONMENT/bin/python tools/generate_airflow_defaults.py > src/safeconduct/airflow/defaults/2.11.json

It asks Airflow's own code (`airflow.configuration`) instead of reading config.yml by itself, so that templates,
interpolation, deprecated options and version rules are those of that release. The home directory stands in the
file as `{AIRFLOW_HOME}`.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from typing import Any

HOME = "/AIRFLOW-HOME"
PLACEHOLDER = "{AIRFLOW_HOME}"

Names = tuple[str, str]


def main() -> None:
    """Print the data file."""
    _quiet_airflow()
    airflow = importlib.import_module("airflow.configuration")
    core = airflow.retrieve_configuration_description(include_providers=False)
    providers = dict(importlib.import_module("airflow.providers_manager").ProvidersManager().provider_configs)
    owned = {name for config in providers.values() for name in _names(config)}
    core_sensitive = [name for name in airflow.conf.sensitive_config_values if name not in owned]
    data = {
        "airflow": importlib.import_module("airflow.version").version,
        "options": _values(airflow, core),
        "sensitive": _listed(core_sensitive),
        "random": _listed(_with_default(core, "{SECRET_KEY}")),
        "generated": _listed(_with_default(core, "{FERNET_KEY}") + _with_default(core, "{JWT_SECRET_KEY}")),
        "moved": [[*new, *old[:2]] for new, old in airflow.conf.deprecated_options.items()],
        "renamed_sections": {new: old[0] for new, old in airflow.conf.deprecated_sections.items()},
        "fallbacks": _fallbacks(airflow.conf),
        "providers": {
            name: {"options": _values(airflow, config), "sensitive": _listed(_sensitive(config))}
            for name, config in sorted(providers.items())
        },
    }
    json.dump(data, sys.stdout, indent=1, sort_keys=True)
    sys.stdout.write("\n")


def _quiet_airflow() -> None:
    for variable in [name for name in os.environ if name.startswith("AIRFLOW")]:
        del os.environ[variable]
    os.environ["AIRFLOW_HOME"] = HOME
    # Airflow's own switch: no database engine, no logging set-up, no files written.
    os.environ["_AIRFLOW__AS_LIBRARY"] = "1"


def _names(description: dict[str, Any]) -> list[Names]:
    return [(section, key) for section, body in description.items() for key in body["options"]]


def _with_default(description: dict[str, Any], template: str) -> list[Names]:
    return [
        (section, key)
        for section, key in _names(description)
        if template in str(description[section]["options"][key].get("default"))
    ]


def _sensitive(description: dict[str, Any]) -> list[Names]:
    return [
        (section, key)
        for section, key in _names(description)
        if description[section]["options"][key].get("sensitive") is True
    ]


def _listed(names: list[Names]) -> list[list[str]]:
    return sorted([section.lower(), key.lower()] for section, key in names)


def _values(airflow: Any, description: dict[str, Any]) -> dict[str, dict[str, str]]:
    return _of_parser(airflow.create_default_config_parser(description))


def _fallbacks(conf: Any) -> dict[str, dict[str, str]]:
    """The values that Airflow keeps for options of providers that are not installed; the name varies by release."""
    names = (
        "_provider_cfg_config_fallback_default_values",
        "_provider_config_fallback_default_values",
        "_pre_2_7_default_values",
    )
    return _of_parser(next(getattr(conf, name) for name in names if hasattr(conf, name)))


def _of_parser(parser: Any) -> dict[str, dict[str, str]]:
    return {
        section: {key: parser.get(section, key).replace(HOME, PLACEHOLDER) for key in parser.options(section)}
        for section in parser.sections()
        if parser.options(section)
    }


if __name__ == "__main__":
    main()
