"""README says what is so: its transcripts, its commands, its links."""

from __future__ import annotations

import re

import pytest

from safeconduct.cli.main import COMMANDS
from tools.readme import (
    PRIVILEGES,
    README,
    ReadmeProblem,
    excerpt,
    played,
    played_for_privileges,
    renewed,
    steady,
    told,
    with_played,
)

TRANSCRIPT = "hello\n$ why\nport  open in 3 ms\nPostgreSQL 18.4 on 127.0.0.1:15432\n\nbye\n"
BLOCK = "<!-- demo: $ why ... bye -->\n```console\n{}```\n"


@pytest.fixture(scope="module")
def transcript() -> str:
    return told()


def test_its_transcripts_are_what_the_demo_prints(transcript: str) -> None:
    readme = README.read_text("utf-8")
    assert renewed(readme, transcript) == readme, "make readme"


def test_its_account_of_privileges_is_what_is_printed() -> None:
    readme = README.read_text("utf-8")
    assert with_played(readme, played()) == readme, "make readme"
    assert with_played(readme, "$ other\n") != readme


def test_the_page_on_privileges_begins_with_what_is_printed() -> None:
    page = PRIVILEGES.read_text("utf-8")
    assert with_played(page, played_for_privileges()) == page, "make readme"


def test_its_first_screen_shows_a_refusal_its_remedy_and_success() -> None:
    screen = "\n".join(README.read_text("utf-8").splitlines()[:60])
    refused = screen.index('permission denied for database "dwh"')
    remedy = screen.index("dwh=# GRANT CONNECT ON DATABASE dwh TO etl;")
    again = screen.index("$ safeconduct why warehouse", remedy)
    assert refused < remedy < again


def test_it_names_every_command_and_no_other() -> None:
    readme = README.read_text("utf-8")
    spoken = re.sub(r"^```.*?^```$", "", readme, flags=re.S | re.M)
    named = re.findall(r"`safeconduct ([a-z]+)", spoken) + re.findall(r"^\$ safeconduct ([a-z]+)", readme, re.M)
    assert set(named) == set(COMMANDS)


def test_its_links_lead_somewhere() -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", README.read_text("utf-8"))
    assert targets
    assert [target for target in targets if not (README.parent / target).exists()] == []


def test_times_ports_and_versions_are_not_compared_but_all_else_is() -> None:
    readme = BLOCK.format("$ why\nport  open in 12 ms\nPostgreSQL 18.1 on 127.0.0.1:40001\n")
    assert renewed(readme, TRANSCRIPT) == readme
    changed = readme.replace("open", "closed")
    assert renewed(changed, TRANSCRIPT) == BLOCK.format(
        "$ why\nport  open in 3 ms\nPostgreSQL 18.4 on 127.0.0.1:15432\n"
    )


def test_a_part_that_no_run_has_is_said() -> None:
    with pytest.raises(ReadmeProblem, match="no part from 'gone' to 'bye'"):
        excerpt(TRANSCRIPT, "gone", "bye")
    with pytest.raises(ReadmeProblem, match="has no block"):
        renewed("# Safeconduct\n", TRANSCRIPT)
    with pytest.raises(ReadmeProblem, match="has no block"):
        with_played("# Safeconduct\n", TRANSCRIPT)


def test_steady_text_keeps_the_words() -> None:
    assert steady("open in 0.4 ms within 5 s") == "open in TIME within TIME"
