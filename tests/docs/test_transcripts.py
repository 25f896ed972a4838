"""Every rule has a scene, and its transcript is what `safeconduct` prints in that scene now."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from safeconduct.diagnosis.rulebook import all_rules
from tests.scenes.playing import transcript
from tests.scenes.registry import Scene, all_scenes
from tests.scenes.scenery import Servers
from tests.scenes.steady import steady
from tools.rule_pages import TRANSCRIPTS, stored_transcript

if TYPE_CHECKING:
    from collections.abc import Iterator

SCENES = all_scenes()


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    servers = Servers()
    yield servers
    servers.close()


def test_every_rule_has_its_scene_and_no_other() -> None:
    assert set(SCENES) == {rule.id for rule in all_rules()}, "see tests/README.md for how to add one"
    assert {path.name for path in TRANSCRIPTS.iterdir()} == {f"{rule_id}.txt" for rule_id in SCENES}, "make rules"


@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES.keys())
def test_its_transcript_is_what_is_printed_now(scene: Scene, servers: Servers) -> None:
    assert transcript(scene, servers) == stored_transcript(scene.rule), "make rules"


def test_a_rule_without_a_scene_says_why(servers: Servers) -> None:
    reason = "It takes two machines."
    assert transcript(Scene("a.b.c", reason, "", lambda _: None, impossible=reason), servers) == f"{reason}\n"


def test_only_what_differs_between_runs_is_taken_away() -> None:
    assert (
        steady("port  open in 0.43 ms\nPostgreSQL 15.14 (Debian 15.14-1)  \n\n")
        == "port  open in 2 ms\nPostgreSQL 15\n"
    )
    assert steady("waited: 0.5 s, 28P01, PostgreSQL 16.1\n") == "waited: 0.5 s, 28P01, PostgreSQL 16.1\n"
