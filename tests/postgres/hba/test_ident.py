"""Maps without a server: what is said, and what cannot be told."""

from __future__ import annotations

import pytest

from safeconduct.postgres.hba import NoFacts, map_allows, parse_ident

MAPS = parse_ident("m root etl\nm /^(.*)@EXAMPLE$ \\1\nm /x all\nn bob all\nn bob /^e\nn bob +staff\n").lines


class Groups(NoFacts):
    def __init__(self, answer: tuple[str | None, ...] | bool) -> None:
        self.answer = answer

    def regex(self, pattern: str, subject: str) -> tuple[str | None, ...] | bool | None:
        return self.answer


def test_a_plain_line_needs_no_facts() -> None:
    decision = map_allows(MAPS, "m", "root", "etl", NoFacts())
    assert decision.allowed
    assert decision.line is MAPS[0]


def test_without_a_map_the_names_have_to_be_equal() -> None:
    assert map_allows(MAPS, None, "etl", "etl", NoFacts()).allowed
    assert map_allows(MAPS, "", "etl", "Etl", NoFacts()).allowed is False
    assert map_allows(MAPS, "", "etl", "Etl", NoFacts(), ignore_case=True).allowed


def test_an_unanswered_regular_expression_leaves_it_open() -> None:
    decision = map_allows(MAPS, "m", "etl@EXAMPLE", "etl", NoFacts())
    assert decision.allowed is None
    assert decision.reason == "whether the regular expression /^(.*)@EXAMPLE$ matches etl@EXAMPLE is not known"


def test_the_group_takes_the_place_of_the_reference() -> None:
    assert map_allows(MAPS[1:2], "m", "etl@EXAMPLE", "etl", Groups(("etl",))).allowed
    assert map_allows(MAPS[1:2], "m", "etl@EXAMPLE", "bob", Groups(("etl",))).allowed is False


@pytest.mark.parametrize("groups", [(), (None,)])
def test_a_group_that_is_not_there_stops_the_search(groups: tuple[None, ...]) -> None:
    decision = map_allows(MAPS[1:], "m", "x", "bob", Groups(groups))
    assert decision.allowed is False
    assert decision.line is MAPS[1]


def test_groups_that_are_not_told_leave_it_open() -> None:
    assert map_allows(MAPS[1:], "m", "x", "bob", Groups(True)).allowed is None


def test_a_later_line_that_allows_settles_what_an_earlier_one_left_open() -> None:
    lines = parse_ident("m /x etl\nm root etl\n").lines
    assert map_allows(lines, "m", "root", "etl", NoFacts()).allowed


def test_keywords_in_the_role_are_names_before_16() -> None:
    before = parse_ident("n bob all\nn bob +staff", 15).lines
    assert map_allows(before, "n", "bob", "etl", NoFacts()).allowed is False
    assert map_allows(before, "n", "bob", "+staff", NoFacts()).allowed
    assert map_allows(MAPS, "n", "bob", "etl", NoFacts()).allowed


def test_an_unknown_map_allows_nobody() -> None:
    decision = map_allows(MAPS, "none", "bob", "bob", NoFacts())
    assert (decision.allowed, decision.line) == (False, None)
    assert decision.reason == "no line of the map none lets bob log in as bob"
