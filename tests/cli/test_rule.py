"""`safeconduct rule`: the pages are the documentation's, and a wrong name is told the right one."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from safeconduct.cli.main import cli
from safeconduct.diagnosis.rulebook import all_rules

PAGES = Path(__file__).parents[2] / "docs" / "rules"


@pytest.mark.parametrize("form", ["{}", "docs/rules/{}.md"])
def test_a_page_is_the_one_in_the_documentation_without_its_transcript(form: str) -> None:
    for rule in all_rules():
        result = CliRunner().invoke(cli, ["rule", form.format(rule.id)])
        documented = (PAGES / f"{rule.id}.md").read_text("utf-8").partition("\n## Transcript\n")[0]
        assert (result.exit_code, result.output) == (0, documented)


def test_all_are_listed() -> None:
    lines = CliRunner().invoke(cli, ["rule"]).output.splitlines()
    assert [line.split()[0] for line in lines] == [rule.id for rule in all_rules()]


def test_a_wrong_name_is_told_the_nearest() -> None:
    result = CliRunner().invoke(cli, ["rule", "postgres.database.conect-missing"])
    assert result.exit_code == 2
    assert "did you mean postgres.database.connect-missing?" in result.output
