"""A text that sets search_path itself: the names after it are looked for there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from safeconduct.privileges import parse_sql
from tests.privileges.stand import prove, refusals, said_first

if TYPE_CHECKING:
    from tests.privileges.stand import Stand

SETUP = """
GRANT USAGE ON SCHEMA public TO etl; CREATE TABLE public.orders (id int, here int);
CREATE SCHEMA sales; GRANT USAGE ON SCHEMA sales TO etl; CREATE TABLE sales.orders (id int, there int);
CREATE SCHEMA closed; CREATE TABLE closed.orders (id int);
"""
GRANT = "GRANT DELETE ON TABLE sales.orders TO etl;"
AFTER = [
    ("SET search_path = sales; SELECT there FROM orders", "sales.orders"),
    ("SET search_path TO 'sales', public; SELECT there FROM orders", "sales.orders"),
    ('SET LOCAL search_path = nowhere, "sales"; SELECT there FROM orders', "sales.orders"),
    ("SET SCHEMA 'sales'; SELECT there FROM orders", "sales.orders"),
    ("SET search_path = closed, sales; SELECT there FROM orders", "sales.orders"),
    ("SET search_path = sales; SET search_path TO DEFAULT; SELECT here FROM orders", "public.orders"),
    ("SET search_path = sales; RESET search_path; SELECT here FROM orders", "public.orders"),
    ("SET search_path = sales; RESET ALL; SELECT here FROM orders", "public.orders"),
    ("BEGIN; SET search_path = sales; ROLLBACK; SELECT here FROM orders", "public.orders"),
    ("BEGIN; SET LOCAL search_path = sales; COMMIT; SELECT here FROM orders", "public.orders"),
    ("BEGIN; SET search_path = sales; COMMIT; SELECT there FROM orders", "sales.orders"),
]


@pytest.mark.parametrize(("text", "table"), AFTER)
def test_names_after_it_mean_what_they_will_mean(stand: Stand, text: str, table: str) -> None:
    stand.sql(SETUP)
    judgement = prove(stand, [parse_sql(text)], text)
    (finding,) = refusals(judgement)
    assert f" ON TABLE {table} TO etl;" in finding.remedies[0].text
    assert not judgement.unjudged


@pytest.mark.parametrize(
    "text",
    [
        "SET search_path = %s; SELECT there FROM orders",
        "SELECT set_config('search_path', 'sales', false); SELECT there FROM orders",
        "SELECT set_config(lower('SEARCH_PATH'), 'sales', false); SELECT there FROM orders",
    ],
)
def test_what_is_only_known_when_it_runs_is_not_judged(stand: Stand, text: str) -> None:
    stand.sql(SETUP)
    judgement = stand.judge([parse_sql(text + "; DELETE FROM sales.orders")])
    assert [finding.remedies[0].text for finding in judgement.findings] == [GRANT]
    assert any("names that follow without a schema are not judged" in one.reason for one in judgement.unjudged)


def test_another_text_begins_anew(stand: Stand) -> None:
    stand.sql(SETUP + "GRANT SELECT ON public.orders TO etl")
    assert not stand.judge([parse_sql("SET search_path = sales"), parse_sql("SELECT here FROM orders")]).findings


def test_a_name_that_the_new_path_does_not_lead_to(any_stand: Stand) -> None:
    any_stand.sql(SETUP + "CREATE TABLE sales.alone (id int); GRANT SELECT ON sales.alone TO etl")
    text = "SET search_path = public; SELECT id FROM alone"
    judgement = any_stand.judge([parse_sql(text)])
    (finding,) = judgement.findings
    assert any_stand.attempt(text) == said_first(judgement) == "42P01"
    assert "the text itself" in finding.evidence["search_path_set_by"]
    assert any_stand.attempt(f"{finding.remedies[1].text} SELECT id FROM alone") is None
