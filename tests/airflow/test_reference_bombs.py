"""References that stand for more text than there is memory: a finding, and at once."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from safeconduct.airflow import rules_configuration as rules
from safeconduct.airflow.config_file import ConfigFile, read_config_file
from safeconduct.airflow.configuration import Configuration
from safeconduct.airflow.expansion import expand
from safeconduct.model import Finding

if TYPE_CHECKING:
    from pathlib import Path


def bomb(levels: int, width: int, first: str) -> str:
    lines = [f"a0 = {first}", *(f"a{i} = " + f"%(a{i - 1})s" * width for i in range(1, levels + 1))]
    return "[core]\n" + "\n".join(lines) + f"\nfernet_key = %(a{levels})s\n"


def read(folder: Path, text: str) -> str | Finding | None:
    (folder / "airflow.cfg").write_text(text)
    file = read_config_file(str(folder / "airflow.cfg"))
    assert isinstance(file, ConfigFile), file
    before = time.monotonic()
    answer = file.get(("core", "fernet_key"))
    assert time.monotonic() - before < 2
    return answer


@pytest.mark.parametrize("first", ["x", ""], ids=["long", "empty but many"])
@pytest.mark.parametrize(("levels", "width"), [(5, 200), (9, 10), (3, 2000)])
def test_references_in_the_file(levels: int, width: int, first: str, tmp_path: Path) -> None:
    answer = read(tmp_path, bomb(levels, width, first))
    assert isinstance(answer, Finding)
    assert answer.rule == rules.VALUE_ENDLESS.id
    assert answer.message.startswith(f"{tmp_path}/airflow.cfg, line {levels + 3} refers to options that")


def test_a_circle_in_the_file_is_endless_too(tmp_path: Path) -> None:
    answer = read(tmp_path, "[core]\nfernet_key = %(fernet_key)s\n")
    assert isinstance(answer, Finding)
    assert answer.rule == rules.VALUE_ENDLESS.id


def test_references_that_stay_small_are_replaced_as_ever(tmp_path: Path) -> None:
    assert read(tmp_path, bomb(9, 2, "ab")) == "ab" * 2**9
    assert read(tmp_path, "[DEFAULT]\nd = 1%%\n[core]\nfernet_key = %(d)s %(core)s\ncore = 2\n") == "1% 2"


def test_variables_that_multiply_are_not_made() -> None:
    environ = {"A": "$B" * 50_000, "B": "x" * 100_000}
    before = time.monotonic()
    assert expand("$A", environ) is None
    assert time.monotonic() - before < 1


def test_a_long_value_without_references_is_kept() -> None:
    assert expand("x" * 3_000_000, {}) == "x" * 3_000_000


def test_such_a_variable_is_a_finding(tmp_path: Path) -> None:
    environ = {"AIRFLOW_HOME": str(tmp_path), "AIRFLOW__CORE__X": "$A", "A": "$B" * 50_000, "B": "x" * 100_000}
    configuration = Configuration.load(environ)
    assert isinstance(configuration, Configuration)
    answer = configuration.option("core", "x")
    assert isinstance(answer, Finding)
    assert answer.rule == rules.VALUE_ENDLESS.id
