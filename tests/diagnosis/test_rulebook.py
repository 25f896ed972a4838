"""The rule book knows every room's rules, and finds each by its id."""

from __future__ import annotations

from pathlib import Path

import safeconduct
from safeconduct.diagnosis.rulebook import ROOMS, all_rules, rule_of


def test_no_room_with_rules_is_forgotten() -> None:
    rooms = {path.parent.name for path in Path(safeconduct.__file__).parent.glob("*/rules.py")}
    assert rooms == set(ROOMS)


def test_every_rule_is_found_by_its_id() -> None:
    assert len(all_rules()) > 90
    assert [rule.id for rule in all_rules() if rule_of(rule.id) is not rule] == []


def test_an_id_that_there_is_not_is_none() -> None:
    assert [rule_of(name) for name in ("", "os", "postgres", "postgres.port.unheard-of", "cli.x.y")] == [None] * 5
