"""What a role holds beyond its need is told exactly: it can be taken away, and all that is needed still works."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from safeconduct.model import ObjectKind
from safeconduct.model.holding import Source
from safeconduct.model.ledger import Excess
from safeconduct.privileges import excess_of, needed, parse_sql, read_inventory, read_leaning, remarks, revocations
from tests.privileges.stand import ETL, LoggedIn

if TYPE_CHECKING:
    from safeconduct.model.ledger import Revocation
    from tests.privileges.stand import Stand

SHOP = """
CREATE SCHEMA shop; CREATE SCHEMA other; GRANT USAGE ON SCHEMA shop, other TO etl;
CREATE TABLE shop.orders (id int, total int, note text); CREATE TABLE shop.log (id int); CREATE TABLE other.x (id int);
"""


def look(stand: Stand, sql: str) -> tuple[list[Excess], list[Revocation]]:
    with stand.logged_in() as connection:
        session = LoggedIn(connection)
        found = needed(session, [parse_sql(sql)])
        assert not found.unjudged
        excess = list(excess_of(read_inventory(session, ETL), found.needs))
        return excess, revocations(excess, ETL, read_leaning(session, excess, ETL))


def test_what_no_statement_needs_is_taken_away_and_the_statement_still_works(stand: Stand) -> None:
    stand.sql(SHOP)
    stand.sql(
        "GRANT SELECT, INSERT, DELETE ON shop.orders TO etl; GRANT UPDATE (note) ON shop.orders TO etl;"
        "GRANT ALL ON shop.log TO etl; GRANT SELECT ON other.x TO etl; GRANT CREATE ON SCHEMA shop TO etl"
    )
    sql = "SELECT id, total FROM shop.orders"
    excess, revoked = look(stand, sql)
    texts = [" ".join(one.statements) for one in revoked]
    assert texts == [
        "REVOKE USAGE ON SCHEMA other FROM etl;",
        "REVOKE CREATE ON SCHEMA shop FROM etl;",
        "REVOKE SELECT ON TABLE other.x FROM etl;",
        "REVOKE SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON TABLE shop.log FROM etl;",
        "BEGIN; REVOKE SELECT, INSERT, UPDATE (note), DELETE ON TABLE shop.orders FROM etl; "
        "GRANT SELECT (id, total) ON TABLE shop.orders TO etl; COMMIT;",
    ]
    assert all(one.revocable for one in excess if one.grant.kind is not ObjectKind.TYPE)
    for text in texts:
        stand.sql(text)
    assert stand.attempt(sql) is None
    assert stand.attempt("SELECT note FROM shop.orders") == "42501"
    assert look(stand, sql)[1] == []


@pytest.mark.parametrize(
    ("granted", "needs", "says"),
    [
        ("GRANT SELECT ON shop.orders TO PUBLIC", "SELECT 1", "open to everybody (PUBLIC)"),
        ("CREATE ROLE r; GRANT r TO etl; GRANT SELECT ON shop.orders TO r", "SELECT 1", "the membership in r"),
        ("ALTER TABLE shop.orders OWNER TO etl", "SELECT 1", "the role's own, and an owner may do all"),
    ],
)
def test_what_comes_another_way_is_said_and_not_revoked(stand: Stand, granted: str, needs: str, says: str) -> None:
    stand.sql(SHOP)
    stand.sql(granted)
    excess, revoked = look(stand, needs)
    assert {one.grant.name for one in excess if not one.revocable} == {"orders"}
    assert [text for one in revoked for text in one.statements] == [
        "REVOKE USAGE ON SCHEMA other FROM etl;",
        "REVOKE USAGE ON SCHEMA shop FROM etl;",
    ]
    assert any(says in remark for remark in remarks(excess))


def test_of_two_ways_to_one_privilege_the_roles_own_is_kept(stand: Stand) -> None:
    stand.sql(SHOP)
    stand.sql(
        "CREATE ROLE r; GRANT r TO etl; GRANT SELECT ON shop.orders TO r, etl; REVOKE ALL ON SCHEMA other FROM etl"
    )
    excess, revoked = look(stand, "TABLE shop.orders")
    assert revoked == []
    assert not excess


def test_every_column_singly_is_kept_for_a_whole_table(stand: Stand) -> None:
    stand.sql(SHOP)
    stand.sql("GRANT SELECT (id, total, note) ON shop.orders TO etl; REVOKE ALL ON SCHEMA other FROM etl")
    assert look(stand, "SELECT o FROM shop.orders o") == ([], [])


def test_what_leans_on_it_is_named(stand: Stand) -> None:
    stand.sql(SHOP)
    stand.sql(
        "CREATE ROLE other_one; GRANT SELECT ON shop.orders TO etl WITH GRANT OPTION;"
        "GRANT CREATE ON SCHEMA shop TO etl;"
        "SET ROLE etl; CREATE VIEW shop.mine AS SELECT id FROM shop.orders; GRANT SELECT ON shop.orders TO other_one"
    )
    _, revoked = look(stand, "SELECT 1")
    (orders,) = (one for one in revoked if "shop.orders" in one.statements[0])
    assert orders.leans == ("other_one, to whom etl passed it on", "the view shop.mine")


def test_a_superuser_has_no_excess_to_take_away(stand: Stand) -> None:
    stand.sql(SHOP)
    with stand.logged_in() as connection:
        assert excess_of(read_inventory(LoggedIn(connection), "postgres"), ()) == ()


def test_ways(stand: Stand) -> None:
    stand.sql(SHOP)
    excess, _ = look(stand, "SELECT 1")
    assert {one.way.source for one in excess} == {Source.GRANTED}


def test_a_column_that_stays_survives_what_is_taken_from_its_table(stand: Stand) -> None:
    stand.sql(SHOP)
    stand.sql("GRANT SELECT ON shop.orders TO etl; GRANT SELECT (id) ON shop.orders TO etl")
    sql = "SELECT id FROM shop.orders"
    for one in look(stand, sql)[1]:
        stand.sql(" ".join(one.statements))
    assert stand.attempt(sql) is None
    assert stand.attempt("SELECT total FROM shop.orders") == "42501"


def test_a_table_and_its_column_beyond_the_need_are_taken_both(stand: Stand) -> None:
    stand.sql(SHOP)
    stand.sql("GRANT SELECT ON shop.orders TO etl; GRANT SELECT (id) ON shop.orders TO etl")
    for one in look(stand, "SELECT 1")[1]:
        stand.sql(" ".join(one.statements))
    stand.sql("GRANT USAGE ON SCHEMA shop TO etl")
    assert stand.attempt("SELECT id FROM shop.orders") == "42501"


def test_a_function_with_named_arguments_is_the_one_that_is_needed(stand: Stand) -> None:
    stand.sql(SHOP)
    stand.sql(
        "CREATE TYPE shop.mood AS ENUM ('sad'); GRANT USAGE ON TYPE shop.mood TO etl;"
        "CREATE FUNCTION shop.twice(number int, mood shop.mood DEFAULT 'sad') RETURNS int LANGUAGE sql AS 'SELECT 1';"
        "REVOKE ALL ON FUNCTION shop.twice FROM PUBLIC; GRANT EXECUTE ON FUNCTION shop.twice TO etl;"
        "REVOKE ALL ON SCHEMA other FROM etl"
    )
    excess, revoked = look(stand, "SELECT shop.twice(1)")
    assert not [one for one in excess if one.grant.kind is ObjectKind.FUNCTION]
    assert not [text for one in revoked for text in one.statements if "FUNCTION" in text]


def test_the_right_to_pass_it_on_is_kept_where_a_statement_passes_it_on(stand: Stand) -> None:
    stand.sql(SHOP)
    stand.sql("CREATE ROLE friend; GRANT SELECT ON shop.orders TO etl WITH GRANT OPTION")
    assert not [one for one in look(stand, "GRANT SELECT ON shop.orders TO friend")[0] if one.grant.name == "orders"]
