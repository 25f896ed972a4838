"""Privileges on what has no rows: functions, types, schemas, the database, and what is beyond it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.scenes.registry import scene
from tests.scenes.shop import open_shop

if TYPE_CHECKING:
    from tests.scenes.scenery import Scenery


@scene("privileges.function.execute-missing", """safeconduct why warehouse --sql 'SELECT shop.discount(42)'""")
def function_execute_missing(scenery: Scenery) -> None:
    """EXECUTE on the function was taken from PUBLIC."""
    open_shop(
        scenery,
        "CREATE FUNCTION shop.discount(customer int) RETURNS numeric LANGUAGE sql AS 'SELECT 0.1';"
        "REVOKE EXECUTE ON FUNCTION shop.discount(int) FROM PUBLIC",
    )


@scene(
    "privileges.type.usage-missing", "safeconduct why warehouse --sql 'CREATE TABLE shop.parcels (state shop.state)'"
)
def type_usage_missing(scenery: Scenery) -> None:
    """`etl` may create tables in the schema; USAGE on the type was taken from PUBLIC."""
    open_shop(
        scenery,
        "GRANT CREATE ON SCHEMA shop TO etl; CREATE TYPE shop.state AS ENUM ('packed', 'sent');"
        "REVOKE USAGE ON TYPE shop.state FROM PUBLIC",
    )


@scene("privileges.schema.create-missing", "safeconduct why warehouse --sql 'CREATE TABLE shop.refunds (id int)'")
def schema_create_missing(scenery: Scenery) -> None:
    """`etl` may use the schema, not create in it."""
    open_shop(scenery, "")


@scene("privileges.database.create-missing", "safeconduct why warehouse --sql 'CREATE SCHEMA staging'")
def database_create_missing(scenery: Scenery) -> None:
    """The database belongs to `postgres`, and nothing on it was granted to `etl`."""
    scenery.postgres()


@scene(
    "privileges.database.temporary-missing",
    "safeconduct why warehouse --sql 'CREATE TEMPORARY TABLE today AS SELECT * FROM shop.orders'",
)
def database_temporary_missing(scenery: Scenery) -> None:
    """`etl` may read the table. TEMPORARY on the database was taken from PUBLIC."""
    open_shop(scenery, "GRANT SELECT ON shop.orders TO etl; REVOKE TEMPORARY ON DATABASE sales FROM PUBLIC")


@scene("privileges.large-object.privilege-missing", "safeconduct why warehouse --sql 'SELECT lo_get(4711)'")
def large_object_privilege_missing(scenery: Scenery) -> None:
    """The large object 4711 belongs to `postgres`."""
    open_shop(scenery, "SELECT lo_create(4711)")


@scene(
    "privileges.language.usage-missing",
    "safeconduct why warehouse --sql 'DO $$ BEGIN PERFORM pg_sleep(1); END $$'",
)
def language_usage_missing(scenery: Scenery) -> None:
    """USAGE on PL/pgSQL was taken from PUBLIC."""
    open_shop(scenery, "REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC")


@scene(
    "privileges.foreign-server.usage-missing",
    "safeconduct why warehouse --sql 'CREATE USER MAPPING FOR etl SERVER branch'",
)
def foreign_server_usage_missing(scenery: Scenery) -> None:
    """The foreign server `branch` belongs to `postgres`."""
    open_shop(scenery, "CREATE FOREIGN DATA WRAPPER files; CREATE SERVER branch FOREIGN DATA WRAPPER files")


@scene(
    "privileges.foreign-data-wrapper.usage-missing",
    "safeconduct why warehouse --sql 'CREATE SERVER branch FOREIGN DATA WRAPPER files'",
)
def foreign_data_wrapper_usage_missing(scenery: Scenery) -> None:
    """The foreign data wrapper `files` belongs to `postgres`."""
    open_shop(scenery, "CREATE FOREIGN DATA WRAPPER files")


@scene(
    "privileges.tablespace.create-missing",
    "safeconduct why warehouse --sql 'CREATE TABLE shop.refunds (id int) TABLESPACE fast'",
)
def tablespace_create_missing(scenery: Scenery) -> None:
    """`etl` may create tables in the schema, and nothing on the tablespace was granted to it."""
    server = open_shop(scenery, "GRANT CREATE ON SCHEMA shop TO etl")
    with server.superuser() as session:
        session.execute("SET allow_in_place_tablespaces = on")
        session.execute("CREATE TABLESPACE fast LOCATION ''")
    scenery.afterwards(lambda: server.sql("DROP TABLESPACE fast"))


@scene("privileges.parameter.set-missing", "safeconduct why warehouse --sql 'SET session_replication_role = replica'")
def parameter_set_missing(scenery: Scenery) -> None:
    """The statement switches off triggers and foreign keys for a bulk load, which is a superuser's to do."""
    scenery.postgres()
