"""Every rule has its page, every page its rule, and the code uses no id that is not among them."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from safeconduct.diagnosis.rulebook import all_rules
from safeconduct.model import Rule
from tools.rule_pages import FOLDER, pages

SOURCE = Path(__file__).resolve().parents[2] / "src" / "safeconduct"


def test_the_folder_is_what_the_rules_make() -> None:
    there = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    assert there == pages(), "run: python -m tools.rule_pages"


def test_every_id_is_there_once() -> None:
    assert [name for name, count in Counter(rule.id for rule in all_rules()).items() if count > 1] == []


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_an_id_names_room_topic_and_what_and_its_page_is_whole(rule: Rule) -> None:
    room, _, rest = rule.id.partition(".")
    assert (SOURCE / room).is_dir(), "the first word is the room"
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*\.[a-z0-9]+(-[a-z0-9]+)*", rest)
    assert all((rule.title, rule.cause, rule.evidence, rule.remedy))
    assert not rule.title.endswith(".")


def test_no_rule_is_declared_and_never_used() -> None:
    """A rule is used where its name is, so a name that stands only in rules*.py is dead."""
    used = "\n".join(path.read_text() for path in SOURCE.rglob("*.py") if not path.name.startswith("rules"))
    names = {
        name
        for path in SOURCE.rglob("rules*.py")
        for name in re.findall(r"^([A-Z][A-Z_0-9]*) = Rule\($", path.read_text(), re.M)
    }
    assert sorted(name for name in names if not re.search(rf"\b{name}\b", used)) == []
