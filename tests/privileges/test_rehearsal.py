"""A remedy that is tried out on every version: a GRANT that only warns is seen to have granted nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.model import Connection, Grant, ObjectKind, Privilege, Secret
from safeconduct.model.ledger import Need
from safeconduct.postgres.attempt import attempt
from safeconduct.postgres.target import Target, target_of
from safeconduct.privileges.rehearsal import Trial, rehearse

if TYPE_CHECKING:
    from pathlib import Path

    from tests.privileges.stand import Stand

SELECT = Grant(ObjectKind.TABLE, "sales", "orders", Privilege.SELECT)


def test_a_grant_without_the_grant_option_only_warns(any_stand: Stand, tmp_path: Path) -> None:
    server = any_stand.server
    server.create_role("deputy", "right")
    any_stand.sql(
        "CREATE SCHEMA sales; CREATE TABLE sales.orders (id int); GRANT USAGE ON SCHEMA sales TO etl, deputy;"
        "GRANT CONNECT ON DATABASE postgres TO deputy; GRANT SELECT ON sales.orders TO deputy;"
        "GRANT INSERT ON sales.orders TO deputy WITH GRANT OPTION"
    )
    target = target_of(
        Connection("admin", "postgres", server.host, server.port, "postgres", "deputy", Secret("right")), {}, tmp_path
    )
    assert isinstance(target, Target)
    session = attempt(target, timeout=5).session
    assert session
    trial = Trial("etl", (Need((SELECT,)),), (SELECT.sql("etl"),), keep=True)
    warned = rehearse(session, trial)
    assert (warned.proven, warned.kept) == (False, False)
    assert warned.reason == "after it etl still lacks SELECT on sales.orders"
    any_stand.sql("GRANT SELECT ON sales.orders TO deputy WITH GRANT OPTION")
    granted = rehearse(session, trial)
    session.close()
    assert (granted.proven, granted.kept) == (True, True)
    assert any_stand.attempt("SELECT id FROM sales.orders") is None
