"""Every rung of the login table, walked without help, with an administrator and with the server's log, and mended."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.journeys.rung_scenes import ALONE, HELPERS, LOG, Pick, Scene, Told
from tests.journeys.rung_scenes_inside import SCENES
from tests.journeys.rung_stand import Stand
from tests.servers.availability import require
from tests.servers.builds import default_build, find_build
from tests.servers.postgres import HBA_LINE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.journeys.asking import Answer


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    stand = Stand(require(default_build()), tmp_path_factory.mktemp("home"))
    yield stand
    stand.destroy()


@pytest.fixture(scope="module", params=[13, 16, 18])
def other_stand(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    stand = Stand(require(find_build(request.param)), tmp_path_factory.mktemp("home"))
    yield stand
    stand.destroy()


@pytest.mark.parametrize("helper", HELPERS)
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.rung.name)
def test_a_rung_is_explained_and_its_remedy_lets_it_in(stand: Stand, scene: Scene, helper: str) -> None:
    play(stand, scene, helper)


@pytest.mark.soak
@pytest.mark.parametrize("helper", HELPERS)
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.rung.name)
def test_on_other_versions_as_well(other_stand: Stand, scene: Scene, helper: str) -> None:
    play(other_stand, scene, helper)


def play(stand: Stand, scene: Scene, helper: str) -> None:
    stand.prepare()
    break_it(stand, scene)
    turn = SCENES.index(scene)
    alone = stand.walk(ALONE, turn)
    answer = alone if helper == ALONE else stand.walk(helper, turn)
    told = scene.told_to(helper)
    explains(scene, told, answer)
    if helper != ALONE:
        is_as_exact(scene, helper, alone, answer)
    remedies = [taken(answer, pick) for pick in told.picks]
    assert remedies or scene.outside
    stand.apply(remedies, {name: value for pick in told.picks for name, value in pick.given.items()})
    if scene.mends:
        scene.mends(stand)
    again = stand.walk(helper, turn)
    assert again.report["walks"][0]["outcome"] == "in", again.text
    assert again.code == 0, again.text


def break_it(stand: Stand, scene: Scene) -> None:
    rung, server = scene.rung, stand.server
    if rung.hba:
        server.hba(rung.hba)
        if scene.method and server.sql("SELECT 1 FROM pg_hba_file_rules WHERE error IS NOT NULL"):
            pytest.skip(f"this build has no {scene.method}")
    if rung.breaks:
        server.sql(rung.breaks)
    assert rung.password is not None
    extra = {**stand.wanted.extra, **rung.settings}
    stand.wanted = replace(stand.wanted, login=rung.user, schema=rung.database, password=rung.password, extra=extra)
    if scene.breaks:
        scene.breaks(stand)


def explains(scene: Scene, told: Told, answer: Answer) -> None:
    walk = answer.report["walks"][0]
    assert walk["outcome"] == scene.outcome, answer.text
    assert [one["stage"] for one in walk["stages"] if one["outcome"] == scene.outcome] == [scene.rung.stage.value]
    if scene.outcome == "unjudged":
        assert answer.report["unjudged"][0]["reason"].endswith("a line in pg_hba.conf that takes a password")
        assert not answer.report["findings"]
        return
    finding = answer.report["findings"][0]
    assert (finding["rule"], finding["subject"]) == (told.rule or scene.rung.rule, "warehouse")
    assert finding["evidence"].items() >= scene.rung.evidence.items()
    for name, words in told.evidence.items():
        # A line that was passed over has an entry of its own, whose name says which.
        said = [f"{key} {text}" for key, text in finding["evidence"].items() if key.startswith(name)]
        assert any(words in one for one in said), (name, finding["evidence"])
    if told.causes is not None:
        assert len(finding["possible"]) == told.causes, finding["possible"]


def is_as_exact(scene: Scene, helper: str, alone: Answer, answer: Answer) -> None:
    """Nothing that was known without the helper is lost, and nothing is doubted that was certain."""
    if helper in scene.idle:
        assert untimed(answer) == untimed(alone)
        return
    before, after = (one.report["findings"][0] for one in (alone, answer))
    assert after["stage"] == before["stage"]
    assert after["evidence"].items() >= before["evidence"].items()
    assert len(after["evidence"]) > len(before["evidence"])
    assert set(after["possible"]) <= set(before["possible"])
    assert "beware" not in after["evidence"], "the log is of this walk, and the rules are those that the server loaded"
    if helper == LOG:
        assert "has no refusal" not in after["evidence"]["server log"]
        assert not answer.report["unjudged"]


def untimed(answer: Answer) -> str:
    return re.sub(r"open in \d+ ms", "open", answer.text)


def taken(answer: Answer, pick: Pick) -> dict[str, Any]:
    """The remedy of this report that a reader would take."""
    remedies = answer.report["findings"][0]["remedies"]
    found = [one for one in remedies if one["kind"] == pick.kind and pick.when in one["when"]]
    assert found, (pick, remedies)
    chosen: dict[str, Any] = found[0]
    return chosen


def test_the_scenes_reach_the_first_line_of_the_test() -> None:
    """The line that the scenes name is the first one that a test sets."""
    assert HBA_LINE == 3
    assert len({scene.rung.name for scene in SCENES}) == len(SCENES)
