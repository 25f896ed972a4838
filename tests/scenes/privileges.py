"""Logged in, and not allowed to do what the task asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.scenes.registry import scene
from tests.scenes.scenery import PASSWORD
from tests.scenes.shop import shop

if TYPE_CHECKING:
    from tests.scenes.scenery import Scenery


@scene("privileges.database.connect-missing", "safeconduct why warehouse --table shop.orders:SELECT")
def connect_missing(scenery: Scenery) -> None:
    """CONNECT was taken away from PUBLIC, and a PgBouncer in front still holds a session from before."""
    server = shop(scenery, "GRANT USAGE ON SCHEMA shop TO etl; GRANT SELECT ON shop.orders TO etl")
    with scenery.pgbouncer(server).login("etl", PASSWORD, "sales") as session:
        session.execute("SELECT 1")
    server.sql("REVOKE CONNECT ON DATABASE sales FROM PUBLIC")


@scene("privileges.schema.usage-missing", "safeconduct why warehouse --table shop.orders:SELECT")
def schema_usage_missing(scenery: Scenery) -> None:
    """`etl` holds SELECT on the table, and nothing on its schema."""
    shop(scenery, "GRANT SELECT ON shop.orders TO etl")


@scene("privileges.schema.missing", "safeconduct why warehouse --sql 'SELECT * FROM shops.orders'")
def schema_missing(scenery: Scenery) -> None:
    """The statement says `shops`; the schema is called `shop`."""
    shop(scenery, "GRANT USAGE ON SCHEMA shop TO etl; GRANT SELECT ON shop.orders TO etl")


@scene("privileges.session.read-only", "safeconduct why warehouse --table shop.orders:DELETE")
def read_only(scenery: Scenery) -> None:
    """`default_transaction_read_only` is on for the role."""
    server = shop(scenery, "GRANT USAGE ON SCHEMA shop TO etl; GRANT DELETE ON shop.orders TO etl")
    server.sql("ALTER ROLE etl SET default_transaction_read_only = on")


@scene("privileges.table.privilege-missing", "safeconduct why warehouse --table shop.orders:SELECT,DELETE --admin dba")
def table_privilege_missing(scenery: Scenery) -> None:
    """`etl` may read the table, not delete from it. An administrator, `dba`, tries the remedy out."""
    server = shop(scenery, "GRANT USAGE ON SCHEMA shop TO etl; GRANT SELECT ON shop.orders TO etl")
    scenery.administrator(server)


@scene(
    "privileges.column.privilege-missing", "safeconduct why warehouse --sql 'SELECT name, email FROM shop.customers'"
)
def column_privilege_missing(scenery: Scenery) -> None:
    """`etl` may read the names of customers, and nothing else of them."""
    shop(scenery, "GRANT USAGE ON SCHEMA shop TO etl; GRANT SELECT (name) ON shop.customers TO etl")


@scene("privileges.column.missing", "safeconduct why warehouse --sql 'SELECT emial FROM shop.customers'")
def column_missing(scenery: Scenery) -> None:
    """The column is called `email`."""
    shop(scenery, "GRANT USAGE ON SCHEMA shop TO etl; GRANT SELECT ON shop.customers TO etl")


@scene(
    "privileges.sequence.usage-missing",
    "safeconduct why warehouse --sql 'INSERT INTO shop.orders (customer, amount) VALUES (1, 2)'",
)
def sequence_usage_missing(scenery: Scenery) -> None:
    """`etl` may insert into the table, whose `id` is serial."""
    shop(scenery, "GRANT USAGE ON SCHEMA shop TO etl; GRANT INSERT ON shop.orders TO etl")


@scene(
    "privileges.sequence.privilege-missing", """safeconduct why warehouse --sql "SELECT setval('shop.tickets', 1)\""""
)
def sequence_privilege_missing(scenery: Scenery) -> None:
    """`etl` may take values from the sequence, not set it."""
    shop(
        scenery,
        "CREATE SEQUENCE shop.tickets; GRANT USAGE ON SCHEMA shop TO etl; GRANT USAGE ON SEQUENCE shop.tickets TO etl",
    )


@scene("privileges.membership.not-inherited", "safeconduct why warehouse --table shop.orders:SELECT")
def membership_not_inherited(scenery: Scenery) -> None:
    """`etl` is a member of `readers`, who may read the table, and is NOINHERIT."""
    shop(
        scenery,
        "CREATE ROLE readers; GRANT USAGE ON SCHEMA shop TO etl; GRANT SELECT ON shop.orders TO readers;"
        "GRANT readers TO etl; ALTER ROLE etl NOINHERIT",
    )


@scene("privileges.view.owner-lacks-privilege", "safeconduct why warehouse --sql 'SELECT * FROM shop.big_orders'")
def view_owner_lacks_privilege(scenery: Scenery) -> None:
    """The view's owner lost SELECT on the table that the view reads."""
    shop(
        scenery,
        "CREATE ROLE analyst; GRANT USAGE ON SCHEMA shop TO analyst, etl;"
        "CREATE VIEW shop.big_orders AS SELECT id, amount FROM shop.orders WHERE amount > 100;"
        "ALTER VIEW shop.big_orders OWNER TO analyst; GRANT SELECT ON shop.big_orders TO etl",
    )


@scene("privileges.relation.missing", "safeconduct why warehouse --sql 'SELECT * FROM shop.order'")
def relation_missing(scenery: Scenery) -> None:
    """The table is called `orders`."""
    shop(scenery, "GRANT USAGE ON SCHEMA shop TO etl")


@scene("privileges.relation.not-on-search-path", "safeconduct why warehouse --sql 'SELECT * FROM orders'")
def relation_not_on_search_path(scenery: Scenery) -> None:
    """The statement names no schema, and `search_path` does not have `shop`."""
    shop(scenery, "GRANT USAGE ON SCHEMA shop TO etl; GRANT SELECT ON shop.orders TO etl")


@scene("privileges.relation.passed-over", "safeconduct why warehouse --sql 'SELECT * FROM orders'")
def relation_passed_over(scenery: Scenery) -> None:
    """`search_path` is `shop, archive`; both have a table `orders`, and `etl` may not use the schema `shop`."""
    shop(
        scenery,
        "CREATE SCHEMA archive; CREATE TABLE archive.orders (id int); GRANT USAGE ON SCHEMA archive TO etl;"
        "GRANT SELECT ON archive.orders TO etl; ALTER ROLE etl SET search_path = shop, archive",
    )
