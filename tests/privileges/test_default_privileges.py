"""Default privileges that did not grant what is missing: whose, why not, and what does when the table is made anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from safeconduct.privileges import parse_sql
from tests.privileges.stand import prove

if TYPE_CHECKING:
    from safeconduct.model import Finding
    from tests.privileges.stand import Stand

SHOP = """
CREATE SCHEMA shop; CREATE SCHEMA stage; GRANT USAGE ON SCHEMA shop, stage TO etl; CREATE ROLE boss; CREATE ROLE cook;
CREATE ROLE readers; GRANT readers TO etl; GRANT ALL ON SCHEMA shop TO boss, cook;
"""
MADE = "SET ROLE cook; CREATE TABLE shop.orders (id serial, note text); RESET ROLE;"
STATEMENT = "SELECT note FROM shop.orders"
ALTERED = "ALTER DEFAULT PRIVILEGES FOR ROLE cook IN SCHEMA shop GRANT SELECT ON TABLES TO etl;"


def the_finding(stand: Stand, setup: str) -> Finding:
    stand.sql(SHOP + setup)
    (finding,) = stand.judge([parse_sql(STATEMENT)]).findings
    assert stand.attempt(STATEMENT) == finding.evidence["sqlstate"] == "42501"
    return finding


def made_anew(stand: Stand) -> str | None:
    stand.sql(f"DROP TABLE shop.orders; {MADE}")
    return stand.attempt(STATEMENT)


@pytest.mark.parametrize(
    ("default", "why"),
    [
        (
            "ALTER DEFAULT PRIVILEGES FOR ROLE boss IN SCHEMA shop GRANT SELECT ON TABLES TO etl;",
            "SELECT is granted to etl on the tables that boss makes in schema shop, but shop.orders is cook's",
        ),
        (
            "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO readers;",
            "SELECT is granted to readers on the tables that postgres makes, but shop.orders is cook's",
        ),
        (
            "ALTER DEFAULT PRIVILEGES FOR ROLE cook IN SCHEMA stage GRANT SELECT ON TABLES TO PUBLIC;",
            "SELECT is granted to PUBLIC on the tables that cook makes in schema stage, but shop.orders is in another",
        ),
    ],
)
def test_those_of_another_creator_or_schema(any_stand: Stand, default: str, why: str) -> None:
    finding = the_finding(any_stand, default + MADE)
    assert finding.evidence["default_privileges"] == why
    assert made_anew(any_stand) == "42501"
    grant, default_privileges = finding.remedies
    assert not grant.when
    assert default_privileges.text == ALTERED
    assert default_privileges.when == "cook makes shop.orders anew: it changes nothing on what is there"
    any_stand.sql(default_privileges.text)
    assert any_stand.attempt(STATEMENT) == "42501"
    assert made_anew(any_stand) is None
    any_stand.sql("REVOKE ALL ON shop.orders FROM etl")
    prove(any_stand, [parse_sql(STATEMENT)], STATEMENT)


def test_those_that_came_later(stand: Stand) -> None:
    finding = the_finding(stand, MADE + ALTERED)
    assert finding.evidence["default_privileges"] == (
        "SELECT is granted to etl on the tables that cook makes in schema shop from when that was set,"
        " but shop.orders was made before, or it was revoked since"
    )
    assert len(finding.remedies) == 1
    assert made_anew(stand) is None


def test_those_for_others_do_not_matter(stand: Stand) -> None:
    others = (
        "ALTER DEFAULT PRIVILEGES FOR ROLE boss GRANT INSERT ON TABLES TO etl;"
        "ALTER DEFAULT PRIVILEGES FOR ROLE boss GRANT SELECT ON TABLES TO cook;"
        "ALTER DEFAULT PRIVILEGES FOR ROLE boss GRANT SELECT ON SEQUENCES TO etl;"
    )
    finding = the_finding(stand, others + MADE)
    assert "default_privileges" not in finding.evidence
    assert len(finding.remedies) == 1


def test_those_on_sequences(stand: Stand) -> None:
    stand.sql(SHOP + "ALTER DEFAULT PRIVILEGES FOR ROLE boss GRANT USAGE ON SEQUENCES TO etl;" + MADE)
    stand.sql("GRANT INSERT ON shop.orders TO etl")
    statement = "INSERT INTO shop.orders (note) VALUES ('x')"
    (finding,) = prove(stand, [parse_sql(statement)], statement).findings
    assert finding.evidence["default_privileges"] == (
        "USAGE is granted to etl on the sequences that boss makes, but shop.orders_id_seq is cook's"
    )
    assert finding.remedies[1].text == (
        "ALTER DEFAULT PRIVILEGES FOR ROLE cook IN SCHEMA shop GRANT USAGE ON SEQUENCES TO etl;"
    )
