"""Every option has the value that the real Airflow gives it, in configurations made up at random."""

from __future__ import annotations

import os
import random
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, seed, settings

from safeconduct.airflow.configuration import Configuration
from safeconduct.airflow.option import Option
from safeconduct.model import Finding
from tests.airflow.configuration_answers import FAILS, SETTINGS
from tests.airflow.configuration_scenes import Scene
from tests.airflow.generated_configuration import ASKED, SCENES
from tests.servers.airflow import real_airflow
from tests.servers.airflow_answering import Answering
from tests.servers.availability import require

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


VERSIONS = ("2.11.2", "3.3.2")
CHECKED, MENDED = ("database", "sql_alchemy_conn"), "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"
SEED = int(os.environ.get("SEED", "20"))
ANSWER = """
import functools, logging, os, pickle
from airflow import configuration
from airflow.exceptions import AirflowConfigException
logging.disable(logging.CRITICAL)
described = configuration.retrieve_configuration_description
describe = functools.cache(lambda *a, **k: pickle.dumps(described(*a, **k)))  # YAML of 3,000 lines that never changes
configuration.retrieve_configuration_description = lambda *a, **k: pickle.loads(describe(*a, **k))
inherited = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW__")}

def tried(what, *arguments):
    try:
        return what(*arguments, suppress_warnings=True)
    except AirflowConfigException as error:
        return None if str(error).startswith("section/key") else {"fails": True}
    except Exception:
        return {"fails": True}

def answer(scene):
    file, environ, asked = scene
    os.environ.clear()
    os.environ.update(inherited, **environ)
    with open(configuration.AIRFLOW_CONFIG, "w", newline="") as cfg:
        cfg.write(file)
    try:
        conf = configuration.conf = configuration.initialize_config()
        conf.validate()
    except Exception as error:
        return {"fails": type(error).__name__}
    return [[tried(read, *name) for read in (conf.get, conf.getboolean, conf.getint)] for name in asked]
"""


@pytest.fixture(scope="module", params=VERSIONS)
def answering(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answering]:
    airflow = require(real_airflow(request.param, tmp_path_factory.mktemp("airflow"), SETTINGS))
    with Answering(airflow, ANSWER) as process:
        yield process


def ours(scene: Scene, answering: Answering) -> list[list[Any]] | str:
    (answering.home / "airflow.cfg").write_text(scene.file, newline="")
    environ = {"HOME": str(answering.home), "AIRFLOW_HOME": str(answering.home), "PATH": os.environ["PATH"]}
    configuration = Configuration.load({**environ, **scene.environ}, version=answering.version)
    if isinstance(configuration, Finding):
        return configuration.rule
    return [
        [read(*name) for read in (_get(configuration), configuration.getboolean, configuration.getint)]
        for name in ASKED
    ]


def _get(configuration: Configuration) -> Callable[[str, str], Any]:
    def get(section: str, key: str) -> Any:
        option = configuration.option(section, key)
        return option.reveal() if isinstance(option, Option) else option

    return get


def comparable(answer: Any) -> Any:
    """What is set nowhere, and what cannot be read, are one to getboolean and getint."""
    return answer if answer is None or isinstance(answer, (str, int)) else FAILS


def without_start_up_check(scene: Scene, mine: Any, theirs: Any) -> Scene | None:
    """The scene with the one option mended that keeps Airflow from starting, for comparing all others.

    That is the difference on purpose of that name in docs/connections.md. None where it is none: where we find nothing
    wrong with the option, or it is mended already.
    """
    if (
        not isinstance(theirs, dict)
        or MENDED in scene.environ
        or not isinstance(mine[ASKED.index(CHECKED)][0], Finding)
    ):
        return None
    return replace(scene, environ={**scene.environ, MENDED: "sqlite:////mended.db"})


def differences(scene: Scene, answering: Answering) -> list[Any]:
    theirs, mine = answering.ask([scene.file, dict(scene.environ), scene.asked]), ours(scene, answering)
    if isinstance(mine, str) or isinstance(theirs, dict):
        if isinstance(mine, str):
            return [] if isinstance(theirs, dict) else [mine, theirs]
        mended = without_start_up_check(scene, mine, theirs)
        return differences(mended, answering) if mended else [mine, theirs]
    found = []
    for name, each, real in zip(ASKED, mine, theirs, strict=True):
        expected = [real[0], *(FAILS if value is None else value for value in real[1:])]
        if repr(list(map(comparable, each))) != repr(expected):
            found.append((name, each, expected))
    return found


def compare(answering: Answering, count: int, start: int) -> None:
    @seed(start)
    @settings(max_examples=count, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(SCENES)
    def as_airflow(scene: Scene) -> None:
        assert differences(scene, answering) == []

    print(f"SEED={start}")
    as_airflow()


def test_three_hundred_configurations(answering: Answering) -> None:
    compare(answering, 300, SEED)


@pytest.mark.soak
def test_three_thousand_configurations(answering: Answering) -> None:
    compare(answering, 3_000, int(os.environ.get("SEED", random.randrange(2**32))))


@pytest.mark.parametrize("line", ["sql_alchemy_conn = %(nope)s", "sql_alchemy_conn_cmd = false"])
def test_the_difference_is_met_and_documented(answering: Answering, line: str) -> None:
    scene = Scene("start", ASKED, f"[database]\n{line}\n")
    theirs = answering.ask([scene.file, {}, scene.asked])
    assert without_start_up_check(scene, ours(scene, answering), theirs)
    assert differences(scene, answering) == []
    assert "`start-up-check`" in (Path(__file__).parents[2] / "docs" / "connections.md").read_text("utf-8")
