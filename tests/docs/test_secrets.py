"""docs/secrets.md has every backend, every option, every name that people write instead, and every rule."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from safeconduct.secrets import rules, rules_keys
from safeconduct.secrets.cache import SECONDS, SIZE
from safeconduct.secrets.opening import KNOWN
from safeconduct.secrets.records import REMEMBERED

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "secrets.md").read_text()
WORDS = set(re.findall(r"`([^`]+)`", PAGE))
AWS = "AWS Secrets Manager and Parameter Store"
SECTIONS = {
    "vault": "Vault",
    "local_files": "Local files",
    "secrets_manager": AWS,
    "parameter_store": AWS,
    "secret_manager": "Google Secret Manager",
}


def section(name: str) -> set[str]:
    _, _, rest = PAGE.partition(f"\n## {name}\n")
    assert rest, f"no section {name}"
    return set(re.findall(r"`([^`]+)`", rest.partition("\n## ")[0]))


def test_every_rule_stands_there_and_no_other() -> None:
    assert {word for word in WORDS if word.startswith("secrets.")} == {rule.id for rule in rules.RULES} - {
        rule.id for rule in rules_keys.RULES
    }


def test_every_class_stands_there_with_what_to_install() -> None:
    assert {word for word in WORDS if word.endswith("Backend")} == set(KNOWN)
    for known in KNOWN.values():
        assert not known.extra or f"pip install 'safeconduct[{known.extra}]'" in WORDS


@pytest.mark.parametrize("known", KNOWN.values(), ids=lambda known: known.module)
def test_every_option_stands_in_its_section(known: Any) -> None:
    table = import_module(f"safeconduct.secrets.{known.module}").TABLE
    assert (table.real | set(table.wrong)) - section(SECTIONS[known.module]) == set()
    assert set(table.wrong) & table.real == set()


def test_the_numbers_are_those_of_the_code() -> None:
    assert (SIZE, SECONDS, REMEMBERED) == (1024, 60, 30)
