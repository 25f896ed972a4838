"""docs/keys.md has every rule of the keys, and every column that is looked at."""

from __future__ import annotations

import re
from pathlib import Path

from safeconduct.airflow.credential_columns import COLUMNS
from safeconduct.secrets import rules_keys

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "keys.md").read_text()
WORDS = re.findall(r"`([^`]+)`", PAGE)


def test_every_rule_stands_there_and_no_other() -> None:
    assert {word for word in WORDS if word.startswith("secrets.")} == {rule.id for rule in rules_keys.RULES}


def test_every_column_stands_there_and_no_other() -> None:
    _, _, rest = PAGE.partition("| table | columns | since |")
    rows = [re.findall(r"`(\w+)`", line) for line in rest.partition("\n\n")[0].splitlines()[2:]]
    assert {(row[0], column) for row in rows for column in row[1:]} == {(one.table, one.column) for one in COLUMNS}
