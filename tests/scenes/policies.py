"""Allowed to use the table, and its row security decides on the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.scenes.registry import scene
from tests.scenes.shop import open_shop

if TYPE_CHECKING:
    from tests.scenes.scenery import Scenery

SECURED = "GRANT SELECT, INSERT ON shop.orders TO etl; ALTER TABLE shop.orders ENABLE ROW LEVEL SECURITY;"
OF_ANALYSTS = "CREATE ROLE analysts; CREATE POLICY large ON shop.orders FOR SELECT TO analysts USING (amount > 100);"


@scene("privileges.policy.none-applies", "safeconduct why warehouse --table shop.orders:SELECT")
def none_applies(scenery: Scenery) -> None:
    """`etl` may read the table, which has row security and one policy, for `analysts`."""
    open_shop(scenery, SECURED + OF_ANALYSTS)


@scene("privileges.policy.filters-rows", "safeconduct why warehouse --table shop.orders:SELECT")
def filters_rows(scenery: Scenery) -> None:
    """The table's policy shows everybody the orders of the customer whom the session names with a setting."""
    open_shop(
        scenery,
        f"{SECURED} CREATE POLICY of_customer ON shop.orders USING (customer = current_setting('shop.customer')::int)",
    )


@scene("privileges.policy.row-security-off", "safeconduct why warehouse --table shop.orders:SELECT")
def row_security_off(scenery: Scenery) -> None:
    """`etl` is in `analysts`, for whom the table has a policy. `row_security` is off for the role, as for a backup."""
    open_shop(scenery, f"{SECURED} {OF_ANALYSTS} GRANT analysts TO etl; ALTER ROLE etl SET row_security = off")


@scene("privileges.policy.copy-from-refused", "safeconduct why warehouse --sql 'COPY shop.orders FROM STDIN'")
def copy_from_refused(scenery: Scenery) -> None:
    """The table has row security, and its policy lets everybody write every row."""
    open_shop(scenery, f"{SECURED} CREATE POLICY everything ON shop.orders USING (true)")


@scene("privileges.policy.endless", "safeconduct why warehouse --sql 'SELECT name FROM shop.staff'")
def endless(scenery: Scenery) -> None:
    """The policy of `shop.staff` shows the staff of one's own branch, for which it reads `shop.staff`."""
    open_shop(
        scenery,
        "CREATE TABLE shop.staff (name name, branch int); GRANT SELECT ON shop.staff TO etl;"
        "ALTER TABLE shop.staff ENABLE ROW LEVEL SECURITY;"
        "CREATE POLICY own_branch ON shop.staff"
        " USING (branch IN (SELECT s.branch FROM shop.staff s WHERE s.name = current_user))",
    )
