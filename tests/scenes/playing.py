"""A scene is played: built, its command typed, and what was printed handed back as the rule's transcript."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.scenes.registry import all_scenes
from tests.scenes.scenery import Scenery, Servers

if TYPE_CHECKING:
    from tests.scenes.registry import Scene


def transcript(scene: Scene, servers: Servers) -> str:
    """The situation, the command and its output, as docs/rules/transcripts keeps them.

    AssertionError where the report does not have the scene's rule.
    """
    if scene.impossible:
        return f"{scene.situation}\n"
    with closing(Scenery(servers)) as scenery:
        scene.build(scenery)
        said = scenery.types(scene.command)
        if f"docs/rules/{scene.rule}.md" not in said:  # a note, which names no page
            assert said, "nothing was printed"
            found = json.loads(scenery.types(f"{scene.command} --format json"))["findings"]
            assert scene.rule in {finding["rule"] for finding in found}, said
    return f"{scene.situation}\n\n$ {scene.command}\n{said}"


def all_transcripts() -> dict[str, str]:
    """The transcript of every scene by its rule. SystemExit, with what to install, where a server is not here."""
    with closing(Servers()) as servers:
        try:
            return {rule: transcript(scene, servers) for rule, scene in all_scenes().items()}
        except pytest.skip.Exception as missing:
            sys.exit(f"rule_pages: {missing}")
