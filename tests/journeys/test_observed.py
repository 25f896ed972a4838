"""What a role has really run, by pg_stat_statements, beside what somebody's files say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.journeys.shop import PASSWORD

if TYPE_CHECKING:
    from tests.journeys.shop import Shop

GRANTED = (
    "GRANT USAGE ON SCHEMA shop TO etl; GRANT SELECT, DELETE ON shop.log TO etl; GRANT SELECT ON shop.orders TO etl"
)


@pytest.fixture
def watched(shop: Shop) -> Shop:
    """Loaded, and made in a schema of its own."""
    shop.server.conf({"shared_preload_libraries": "pg_stat_statements"})
    shop.server.sql('CREATE SCHEMA "Ext"; CREATE EXTENSION pg_stat_statements SCHEMA "Ext"', database="sales")
    shop.server.sql('GRANT USAGE ON SCHEMA "Ext" TO PUBLIC', database="sales")
    shop.server.sql(GRANTED, database="sales")
    return shop


def ran(shop: Shop, *statements: str) -> None:
    with shop.server.login("etl", PASSWORD, database="sales") as session:
        for statement in statements:
            session.execute(statement.encode())


def words(text: str) -> str:
    return " ".join(text.split())


def test_what_ran_is_needed_and_nothing_else_is(watched: Shop) -> None:
    ran(watched, "SELECT at FROM shop.log WHERE what = 'hunter2'", "SELECT now() - INTERVAL '1 day'")
    watched.server.sql("SELECT * FROM shop.orders", database="sales")
    said = watched.privileges("needed", "shop", "--observed")
    assert "table shop.log: SELECT (at, what)" in said.output, said.output
    assert "shop.orders" not in said.output
    assert "hunter2" not in said.output
    said = watched.privileges("excess", "shop", "--observed")
    assert "shop.orders" in said.output
    assert "DELETE" in said.output


def test_files_and_what_ran_are_added_up(watched: Shop) -> None:
    ran(watched, "SELECT at FROM shop.log", "DELETE FROM shop.log")
    said = watched.privileges("excess", "shop", "--observed", "--sql", "SELECT id, total, note FROM shop.orders")
    assert "DELETE" not in said.output, said.output


def test_nothing_is_taken_away_by_what_was_not_seen(watched: Shop) -> None:
    boss = {"SAFECONDUCT_ADMIN_DSN": watched.server.superuser_dsn("sales")}
    said = watched.privileges("revoke", "shop", "--observed", "--real", **boss)
    assert "has not seen etl use any table in this database" in words(said.output)
    assert "nothing was changed" in words(said.output)
    ran(watched, "DELETE FROM shop.log")


@pytest.mark.parametrize("loaded", [True, False])
def test_it_says_where_nothing_is_known(shop: Shop, loaded: bool) -> None:
    if not loaded:
        shop.server.sql("CREATE EXTENSION pg_stat_statements", database="sales")
    said = shop.privileges("needed", "shop", "--observed")
    assert said.code == 3
    expected = "what ran is not known: in sales an administrator may CREATE EXTENSION pg_stat_statements"
    if not loaded:
        expected = "does not tell what ran: 55000: pg_stat_statements must be loaded via"
    assert expected in words(said.output)
