"""A database's owner cannot run anything with the rights of the administrator who looks into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.journeys.asking import BOSS, PASSWORD, why

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.postgres import Postgres

TRAP = """
CREATE SCHEMA trap; GRANT USAGE ON SCHEMA trap TO PUBLIC;
{traps}
ALTER DATABASE sales SET search_path = trap, pg_catalog;
"""
FUNCTION = """
CREATE FUNCTION trap.{name}({left}, {right}) RETURNS {result} LANGUAGE plpgsql AS $$ BEGIN
    IF pg_catalog.current_setting('is_superuser') OPERATOR(pg_catalog.=) 'on' THEN
        EXECUTE 'ALTER ROLE owner SUPERUSER';
    END IF;
    RETURN $1 OPERATOR(pg_catalog.{sign}) $2;
END $$;
CREATE OPERATOR trap.{sign} (LEFTARG = {left}, RIGHTARG = {right}, FUNCTION = trap.{name});
"""
SIGNS = (
    ("int", "int", "int", "-"),
    ("text", "text", "boolean", "="),
    ("name", "name", "boolean", "="),
    ("oid", "oid", "boolean", "="),
)


def test_operators_of_its_owner_do_not_run_as_the_administrator(postgres: Postgres, tmp_path: Path) -> None:
    postgres.create_role("etl", PASSWORD)
    postgres.create_role("owner", BOSS)
    postgres.create_database("sales")
    postgres.sql("CREATE TABLE orders (id int); ALTER DATABASE sales OWNER TO owner", database="sales")
    traps = "".join(
        FUNCTION.format(name=f"f{number}", left=left, right=right, result=result, sign=sign)
        for number, (left, right, result, sign) in enumerate(SIGNS)
    )
    with postgres.login("owner", BOSS, "sales", autocommit=True) as owner:
        owner.execute(TRAP.format(traps=traps).encode())
    dsn = {"SAFECONDUCT_ADMIN_DSN": postgres.superuser_dsn("sales")}
    why(postgres, tmp_path, "warehouse", "--table", "public.orders:SELECT", "--real", **dsn)
    assert postgres.sql("SELECT rolsuper FROM pg_roles WHERE rolname = 'owner'") == [(False,)]
