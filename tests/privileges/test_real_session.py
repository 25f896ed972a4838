"""The judgement over the session that the login itself opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.model import Connection, Secret
from safeconduct.postgres.attempt import attempt
from safeconduct.postgres.target import Target, target_of
from safeconduct.privileges import missing, parse_sql, parse_table

if TYPE_CHECKING:
    from pathlib import Path

    from safeconduct.privileges import Asked
    from tests.servers.postgres import Postgres


def test_it_speaks_the_session_that_the_login_opened(any_postgres: Postgres, tmp_path: Path) -> None:
    any_postgres.create_role("etl", "right")
    any_postgres.create_role("readers", options="NOLOGIN")
    any_postgres.sql(
        'CREATE SCHEMA sales; CREATE TABLE sales."Täble" (id serial, n int); ALTER ROLE etl NOINHERIT;'
        'GRANT readers TO etl; GRANT SELECT ON sales."Täble" TO readers; CREATE VIEW sales.v AS TABLE sales."Täble"'
    )
    connection = Connection(
        "warehouse", "postgres", any_postgres.host, any_postgres.port, "postgres", "etl", Secret("right")
    )
    target = target_of(connection, {}, tmp_path)
    assert isinstance(target, Target)
    session = attempt(target, timeout=5).session
    assert session
    asked: list[Asked] = [
        parse_table('sales."Täble":SELECT,INSERT'),
        parse_sql("SELECT lower('x'), n FROM sales.v; SELECT * FROM sales.tabel"),
    ]
    judgement = missing(session, asked, "warehouse")
    session.close()
    assert {finding.rule for finding in judgement.findings} == {
        "privileges.relation.missing",
        "privileges.membership.not-inherited",
        "privileges.schema.usage-missing",
        "privileges.sequence.usage-missing",
        "privileges.table.privilege-missing",
        "privileges.column.privilege-missing",
    }
    assert not judgement.unjudged


def test_a_session_that_broke_is_said(postgres: Postgres, tmp_path: Path) -> None:
    postgres.create_role("etl", "right")
    connection = Connection("warehouse", "postgres", postgres.host, postgres.port, "postgres", "etl", Secret("right"))
    target = target_of(connection, {}, tmp_path)
    assert isinstance(target, Target)
    session = attempt(target, timeout=5).session
    assert session
    postgres.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'etl'")
    judgement = missing(session, [parse_table("t:SELECT")], "warehouse")
    session.close()
    assert not judgement.findings
    assert "privileges could not be looked up" in judgement.unjudged[0].reason
