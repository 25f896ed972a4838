"""docs/detector.md names every rule and every suppressor with its reason, and none that there is not."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

from safeconduct.masking.detector import ALL_RULES
from safeconduct.masking.suppressors import REASONS

PATH = Path(__file__).parents[2] / "docs" / "detector.md"


def table(heading: str) -> dict[str, str]:
    found = re.search(rf"^## {heading}$(.*?)(?=^## |\Z)", PATH.read_text("utf-8"), re.S | re.M)
    assert found
    return dict(re.findall(r"^\| `([\w-]+)` \| (.+) \|$", found[1], re.M))


def test_every_rule_is_there() -> None:
    rules = table("What is taken for a secret")
    assert rules.pop("detect-secrets")
    assert rules == ALL_RULES


def test_every_suppressor_is_there() -> None:
    assert table("What is spared") == REASONS


def test_its_example_holds() -> None:
    assert doctest.testfile(str(PATH), module_relative=False).failed == 0
