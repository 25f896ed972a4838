"""What needs the rights of a role: of an owner, of one that comes with PostgreSQL, of one that may pass rights on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.scenes.registry import scene
from tests.scenes.shop import open_shop

if TYPE_CHECKING:
    from tests.scenes.scenery import Scenery


@scene("privileges.owner.required", "safeconduct why warehouse --sql 'CREATE INDEX ON shop.orders (customer)'")
def owner_required(scenery: Scenery) -> None:
    """The table belongs to `merchant`; `etl` may read it, and create in its schema."""
    open_shop(
        scenery,
        "CREATE ROLE merchant; ALTER TABLE shop.orders OWNER TO merchant;"
        "GRANT SELECT ON shop.orders TO etl; GRANT CREATE ON SCHEMA shop TO etl",
    )


@scene("privileges.maintenance.skipped", "safeconduct why warehouse --sql 'VACUUM ANALYZE shop.orders'")
def maintenance_skipped(scenery: Scenery) -> None:
    """The table belongs to `merchant`, the database to `postgres`."""
    open_shop(
        scenery, "CREATE ROLE merchant; ALTER TABLE shop.orders OWNER TO merchant; GRANT SELECT ON shop.orders TO etl"
    )


@scene(
    "privileges.membership.missing",
    """safeconduct why warehouse --sql "COPY shop.orders FROM '/srv/orders.csv' CSV\"""",
)
def membership_missing(scenery: Scenery) -> None:
    """`etl` may insert into the table. The file is one of the server."""
    open_shop(scenery, "GRANT INSERT ON shop.orders TO etl")


@scene(
    "privileges.membership.never-granted",
    """safeconduct why warehouse --sql 'CREATE ROLE loaders; GRANT INSERT ON shop.orders TO loaders'""",
)
def membership_never_granted(scenery: Scenery) -> None:
    """`etl` may make roles, and pass on what it may do with its orders."""
    open_shop(scenery, "ALTER ROLE etl CREATEROLE; GRANT INSERT ON shop.orders TO etl WITH GRANT OPTION")


@scene("privileges.membership.set-missing", "safeconduct why warehouse --sql 'SET ROLE merchant'")
def membership_set_missing(scenery: Scenery) -> None:
    """`etl` is no member of `merchant`."""
    open_shop(scenery, "CREATE ROLE merchant")


@scene("privileges.role.attribute-missing", "safeconduct why warehouse --sql 'CREATE DATABASE archive'")
def role_attribute_missing(scenery: Scenery) -> None:
    """`etl` is NOCREATEDB, as roles are when nothing is said."""
    scenery.postgres()


@scene("privileges.grant-option.missing", "safeconduct why warehouse --sql 'GRANT SELECT ON shop.orders TO analyst'")
def grant_option_missing(scenery: Scenery) -> None:
    """`etl` may read the table, and was not allowed to pass that on."""
    open_shop(scenery, "CREATE ROLE analyst; GRANT SELECT ON shop.orders TO etl")


@scene("privileges.admin-option.missing", "safeconduct why warehouse --sql 'GRANT readers TO analyst'")
def admin_option_missing(scenery: Scenery) -> None:
    """`etl` is a member of `readers` without the admin option."""
    open_shop(scenery, "CREATE ROLE readers; CREATE ROLE analyst; GRANT readers TO etl")
