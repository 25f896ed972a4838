"""All rules there are, found by their ids. A room's table is loaded when one of its rules is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from safeconduct.model import Rule

ROOMS = ("airflow", "diagnosis", "postgres", "privileges", "secrets")
"""The rooms that have a table of rules: RULES in their rules.py. A rule's id begins with its room."""


def all_rules() -> tuple[Rule, ...]:
    """Every rule of every room, sorted by id."""
    return tuple(sorted((rule for room in ROOMS for rule in _table(room)), key=lambda rule: rule.id))


def rule_of(rule_id: str) -> Rule | None:
    """The rule of this id; None for an id that there is not."""
    room = rule_id.partition(".")[0]
    return next((rule for rule in _table(room) if rule.id == rule_id), None) if room in ROOMS else None


def page(rule: Rule) -> str:
    """The rule's page in docs/rules, as Markdown."""
    stage = f"Stage: `{rule.stage.value}`." if rule.stage else "It belongs to no single stage."
    return (
        f"# {rule.id}\n\n**{rule.title}.** {stage}\n\n## Cause\n\n{rule.cause}\n\n"
        f"## Evidence\n\n{rule.evidence}\n\n## Remedy\n\n{rule.remedy}\n"
    )


def _table(room: str) -> tuple[Rule, ...]:
    rules: tuple[Rule, ...] = import_module(f"safeconduct.{room}.rules").RULES
    return rules
