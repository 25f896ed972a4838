"""What holds for every format: it reads whatever a report holds, and says no secret."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

import safeconduct
from safeconduct.diagnosis.rulebook import rule_of
from safeconduct.masking import Masker
from safeconduct.report import FORMATS
from tests.report.arbitrary import MASKER, REPORTS, SECRETS
from tests.report.readers import TEXTS, read_sarif
from tests.report.samples import REFUSED, SEVERAL
from tests.servers.processes import free_port

if TYPE_CHECKING:
    from collections.abc import Iterable

    from safeconduct.model import Report

HARMLESS = set("\n\u00a0\u1680\u202f\u205f\u3000") | {chr(number) for number in range(0x2000, 0x200B)}
"""A new line, and the spaces of Unicode: neither is printable for Python, and no terminal obeys them."""
DOCUMENTS = Path(__file__).parents[2] / "docs"


def test_every_format_has_a_reader_here() -> None:
    assert set(FORMATS) == set(TEXTS)


def harmful(texts: Iterable[str]) -> set[str]:
    """Characters that a terminal obeys, or that hide or reverse what stands beside them."""
    return {character for character in set().union(*texts) - HARMLESS if not character.isprintable()}


@pytest.mark.parametrize("name", FORMATS)
@settings(deadline=None)  # the first one loads schemas
@given(REPORTS)
def test_any_report_can_be_read_and_no_secret_is_in_it(name: str, report: Report) -> None:
    printed = FORMATS[name](report, MASKER, width=10_000, rule_of=rule_of)
    printed.encode()
    said = [printed, *TEXTS[name](printed)]
    assert [secret for secret in SECRETS for text in said if secret in text] == []
    if name != "json":  # which programs read, and which gives texts as they came
        assert harmful(said) == set()


@pytest.mark.parametrize("name", sorted(set(FORMATS) - {"text"}))
def test_the_readers_screen_changes_no_document(name: str) -> None:
    render = FORMATS[name]
    assert render(SEVERAL, Masker(), width=40, colour=True) == render(SEVERAL, Masker())


def test_the_rule_book_is_asked_for_what_occurs_only() -> None:
    asked: list[str] = []
    FORMATS["sarif"](REFUSED, Masker(), rule_of=asked.append)
    assert asked == ["postgres.database.connect-missing"]


def test_a_report_as_text_loads_no_other_format(tmp_path: Path) -> None:
    ended = _why(tmp_path, "text", "-X", "importtime")
    loaded = {line.rpartition("|")[2].strip() for line in ended.stderr.splitlines() if line.startswith("import time")}
    assert "safeconduct.report.text" in loaded
    foreign = {"safeconduct.diagnosis.rulebook", "xml.etree", "safeconduct.privileges"}
    foreign |= {f"safeconduct.report.{name}" for name in set(FORMATS) - {"text", "json"}}
    assert loaded & foreign == set()


@pytest.mark.parametrize("name", FORMATS)
def test_the_command_prints_it_with_the_same_exit_code(tmp_path: Path, name: str) -> None:
    ended = _why(tmp_path, name)
    assert (ended.returncode, ended.stderr) == (1, "")
    assert "Planted" not in ended.stdout
    assert any("postgres.port.refused" in text for text in TEXTS[name](ended.stdout))
    if name == "sarif":
        (rule,) = read_sarif(ended.stdout)["runs"][0]["tool"]["driver"]["rules"]
        assert rule["shortDescription"]["text"] == "Nothing listens on the port"


@pytest.mark.parametrize("name", FORMATS)
def test_the_manual_names_it(name: str) -> None:
    assert f"`{name}`" in (DOCUMENTS / "commands.md").read_text("utf-8")


def _why(home: Path, name: str, *python: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "PYTHONPATH": str(Path(safeconduct.__file__).parents[1]),
        "LC_ALL": "C",  # and yet whatever stands in a report is printed
        "AIRFLOW_CONN_DOWN": f"postgres://ü:Planted-Secret@127.0.0.1:{free_port()}/x",
    }
    command = [sys.executable, *python, "-m", "safeconduct", "why", "down", "--format", name]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
