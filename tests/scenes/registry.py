"""The scenes: for each rule a situation that is really built, and the command that a user types in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.scenes.scenery import Scenery

WHY = "safeconduct why warehouse"
Build = Callable[["Scenery"], None]
_SCENES: dict[str, Scene] = {}


@dataclass(frozen=True)
class Scene:
    """`situation` says in a sentence or two what was built. `impossible` is why it cannot be, "" where it can.

    `command` names folders as the reader knows them, /opt/airflow and the like.
    """

    rule: str
    situation: str
    command: str
    build: Build
    impossible: str = ""


def scene(rule: str, command: str = WHY) -> Callable[[Build], Build]:
    """Register a function that builds the situation of this rule; its docstring is what the page says of it."""

    def register(build: Build) -> Build:
        assert build.__doc__, f"the scene of {rule} does not say what it builds"
        _add(Scene(rule, " ".join(build.__doc__.split()), command, build))
        return build

    return register


def no_scene(rule: str, reason: str) -> None:
    """Say on the rule's page why it has no transcript."""
    _add(Scene(rule, reason, "", lambda _: None, impossible=reason))


def all_scenes() -> dict[str, Scene]:
    """Every scene by its rule, from all modules of this folder."""
    for module in sorted(Path(__file__).parent.glob("*.py")):
        import_module(f"tests.scenes.{module.stem}")
    return dict(sorted(_SCENES.items()))


def _add(one: Scene) -> None:
    assert one.rule not in _SCENES, f"{one.rule} has two scenes"
    _SCENES[one.rule] = one
