"""The database sales with a shop in it, in which the scenes of privileges play."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.scenes.scenery import Scenery
    from tests.servers.postgres import Postgres

_SHOP = """
CREATE SCHEMA shop;
CREATE TABLE shop.orders (id serial PRIMARY KEY, customer int, amount numeric);
CREATE TABLE shop.customers (id int PRIMARY KEY, name text, email text);
"""


def shop(scenery: Scenery, sql: str) -> Postgres:
    """Make the shop, which belongs to postgres, and run this SQL there."""
    server = scenery.postgres()
    server.sql(_SHOP + sql, database="sales")
    return server


def open_shop(scenery: Scenery, sql: str) -> Postgres:
    """The same, and `etl` may use the schema."""
    return shop(scenery, f"GRANT USAGE ON SCHEMA shop TO etl; {sql}")
