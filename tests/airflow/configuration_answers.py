"""What a real Airflow answers in each scene, asked in one process through its own `initialize_config`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from safeconduct.airflow.option import Option

if TYPE_CHECKING:
    from safeconduct.airflow.configuration import Configuration
    from safeconduct.model import Finding, Unjudged
    from tests.airflow.configuration_scenes import Scene
    from tests.servers.airflow import Airflow

FAILS = {"fails": True}
"""The answer where Airflow raises something other than "not found"."""

_ASK = """
import json, os, warnings
warnings.simplefilter("ignore")
from airflow import configuration
from airflow.exceptions import AirflowConfigException
from airflow.providers_manager import ProvidersManager

def ask(conf, section, key):
    try:
        return conf.get(section, key, suppress_warnings=True)
    except AirflowConfigException as error:
        return None if str(error).startswith("section/key") else {"fails": True}
    except Exception:
        return {"fails": True}

inherited = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW__")}
answers = {}
for scene in json.load(open("scenes.json")):
    os.environ.clear()
    os.environ.update(inherited, **scene["environ"])
    with open(configuration.AIRFLOW_CONFIG, "w") as file:
        file.write(scene["file"])
    conf = configuration.conf = configuration.initialize_config()
    conf.validate()
    if hasattr(ProvidersManager, "initialize_providers_configuration"):
        ProvidersManager().initialize_providers_configuration()
    answers[scene["id"]] = [ask(conf, *name) for name in scene["asked"]]
print("ANSWERS" + json.dumps(answers))
"""


def real_answers(airflow: Airflow, scenes: list[Scene]) -> dict[str, list[Any]]:
    """For each scene, what Airflow says of each option asked for; None where it does not know the option."""
    told = [{"id": s.id, "asked": s.asked, "file": s.file, "environ": dict(s.environ)} for s in scenes]
    (airflow.home / "scenes.json").write_text(json.dumps(told))
    output = airflow.python(_ASK).output
    answers = output[output.rindex("ANSWERS") + len("ANSWERS") :]
    return json.loads(answers.replace(str(airflow.home), "{HOME}"))  # type: ignore[no-any-return]


# Airflow's own switch that keeps it from opening its database when it is imported.
SETTINGS = {"_AIRFLOW__AS_LIBRARY": "1"}


def our_answers(configuration: Configuration, scene: Scene) -> list[Any]:
    """The same of ours."""
    return [_comparable(configuration.option(*name), configuration.home) for name in scene.asked]


def _comparable(answer: Option | Finding | Unjudged | None, home: str) -> Any:
    if isinstance(answer, Option):
        return answer.reveal().replace(home, "{HOME}")
    return None if answer is None else FAILS
