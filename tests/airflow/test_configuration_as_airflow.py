"""Every option has the value that Airflow gives it: as recorded from real ones, and asked of those here."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from safeconduct.airflow.configuration import Configuration
from tests.airflow.configuration_answers import SETTINGS, our_answers, real_answers
from tests.airflow.configuration_scenes import VERSIONS, Scene, every_default, scenes
from tests.airflow.record_configuration import RECORDED
from tests.servers.airflow import real_airflow
from tests.servers.availability import require

if TYPE_CHECKING:
    from pathlib import Path

    from safeconduct.model import Finding

_ALL = [(version, scene) for version in VERSIONS for scene in scenes(version)]


@pytest.mark.parametrize(("version", "scene"), _ALL, ids=[f"{version}-{scene.id}" for version, scene in _ALL])
def test_what_was_recorded(version: str, scene: Scene, tmp_path: Path) -> None:
    recorded = json.loads(RECORDED.read_text())[version][scene.id]
    assert _ours(version, scene, tmp_path) == dict(zip(scene.asked, recorded, strict=True))


@pytest.mark.parametrize("version", VERSIONS)
def test_what_the_real_one_answers(version: str, tmp_path: Path) -> None:
    airflow = require(real_airflow(version, tmp_path, SETTINGS))
    told = [*scenes(version), every_default(version)]
    answers = real_answers(airflow, told)
    for scene in told:
        ours = _ours(version, scene, tmp_path)
        assert ours == dict(zip(scene.asked, answers[scene.id], strict=True)), scene.id


def _ours(version: str, scene: Scene, home: Path) -> dict[tuple[str, str], object]:
    (home / "airflow.cfg").write_text(scene.file)
    environ = {"HOME": str(home), "AIRFLOW_HOME": str(home), "PATH": os.environ["PATH"]}
    configuration = Configuration.load({**environ, **scene.environ}, version=version)
    return dict(zip(scene.asked, our_answers(_loaded(configuration), scene), strict=True))


def _loaded(configuration: Configuration | Finding) -> Configuration:
    assert isinstance(configuration, Configuration), configuration
    return configuration
