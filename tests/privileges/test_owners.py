"""Ownership, warnings, and what a text makes, prepares or becomes for itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from safeconduct.model import Severity
from safeconduct.privileges import parse_sql
from tests.privileges.stand import prove

if TYPE_CHECKING:
    from tests.privileges.stand import Stand

SETUP = """
CREATE ROLE boss; CREATE ROLE helper; CREATE SCHEMA shop; GRANT USAGE ON SCHEMA shop TO etl;
CREATE TABLE shop.orders (id int); ALTER TABLE shop.orders OWNER TO boss;
CREATE TABLE shop.secrets (id int);
"""


def test_the_owner_is_named(stand: Stand) -> None:
    stand.sql(SETUP)
    statement = "ALTER TABLE shop.orders ADD x int"
    (finding,) = prove(stand, [parse_sql(statement)], statement).findings
    assert finding.rule == "privileges.owner.required"
    assert finding.message == "etl lacks the rights of boss: ALTER TABLE is for the owner of shop.orders"
    assert finding.remedies[0].text == "GRANT boss TO etl;"


def test_membership_in_a_superuser_is_not_proposed(stand: Stand) -> None:
    stand.sql(SETUP)
    statement = "DROP TABLE shop.secrets"
    (finding,) = prove(stand, [parse_sql(statement)], statement).findings
    assert finding.remedies[0].text == "ALTER TABLE shop.secrets OWNER TO etl;"


@pytest.mark.parametrize(
    ("statement", "remedy"),
    [
        ("COMMENT ON SCHEMA public IS 'x'", "ALTER SCHEMA public OWNER TO etl;"),
        ("TRUNCATE shop.numbered RESTART IDENTITY", "ALTER TABLE shop.numbered OWNER TO etl;"),
        ("ALTER FUNCTION shop.f() STABLE", "ALTER ROUTINE shop.f() OWNER TO etl;"),
    ],
)
def test_nor_where_a_superuser_owns_something_else(stand: Stand, statement: str, remedy: str) -> None:
    stand.sql(SETUP + "CREATE TABLE shop.numbered (id serial); GRANT TRUNCATE ON shop.numbered TO etl")
    stand.sql("CREATE FUNCTION shop.f() RETURNS int LANGUAGE sql AS 'SELECT 1'")
    (finding,) = prove(stand, [parse_sql(statement)], statement).findings
    assert finding.remedies[0].text == remedy


@pytest.mark.parametrize(
    ("extension", "remedy"),
    [("hstore", "GRANT CREATE ON DATABASE postgres TO etl;"), ("file_fdw", "ALTER ROLE etl SUPERUSER;")],
)
def test_extensions_are_trusted_or_not(stand: Stand, extension: str, remedy: str) -> None:
    stand.sql("GRANT USAGE, CREATE ON SCHEMA public TO etl")
    statement = f"CREATE EXTENSION {extension}"
    try:
        (finding,) = prove(stand, [parse_sql(statement)], statement).findings
    finally:
        stand.sql("ALTER ROLE etl NOSUPERUSER")
    assert finding.remedies[0].text == remedy
    assert not prove(stand, [parse_sql("CREATE EXTENSION IF NOT EXISTS plpgsql")], "SELECT 1").findings


def test_a_member_that_does_not_inherit(stand: Stand) -> None:
    stand.sql(SETUP + "ALTER ROLE etl NOINHERIT; GRANT boss TO etl")
    statement = "COMMENT ON TABLE shop.orders IS 'x'"
    (finding,) = prove(stand, [parse_sql(statement)], statement).findings
    assert finding.rule == "privileges.membership.not-inherited"


@pytest.mark.parametrize("statement", ["ANALYZE shop.orders", "VACUUM shop.orders"])
def test_what_is_passed_over_is_a_warning(any_stand: Stand, statement: str) -> None:
    any_stand.sql(SETUP)
    (finding,) = any_stand.judge([parse_sql(statement)]).findings
    assert (finding.rule, finding.severity) == ("privileges.maintenance.skipped", Severity.WARNING)
    assert notices(any_stand, statement)
    any_stand.sql(finding.remedies[0].text)
    assert not notices(any_stand, statement)
    assert not any_stand.judge([parse_sql(statement)]).findings


def test_a_grant_that_grants_nothing(any_stand: Stand) -> None:
    any_stand.sql(SETUP + "GRANT SELECT ON shop.orders TO etl")
    statement = "GRANT SELECT ON shop.orders TO helper"
    (finding,) = any_stand.judge([parse_sql(statement)]).findings
    assert (finding.rule, finding.severity) == ("privileges.grant-option.missing", Severity.WARNING)
    assert finding.evidence["sqlstate"] == "01007"
    assert notices(any_stand, statement) == ["01007"]
    any_stand.sql(finding.remedies[0].text)
    assert not notices(any_stand, statement)
    assert not any_stand.judge([parse_sql(statement)]).findings


def test_preparing_takes_no_privilege_and_executing_does(stand: Stand) -> None:
    stand.sql(SETUP)
    prepare = "PREPARE p AS SELECT id FROM shop.orders WHERE id = $1"
    assert not prove(stand, [parse_sql(prepare)], prepare).findings
    execute = f"{prepare}; EXECUTE p (1)"
    (finding,) = prove(stand, [parse_sql(execute)], execute).findings
    assert finding.remedies[0].text == "GRANT SELECT (id) ON TABLE shop.orders TO etl;"


def test_what_follows_set_role_is_not_judged(stand: Stand) -> None:
    stand.sql(SETUP)
    script = "SET ROLE helper; DELETE FROM shop.orders; RESET ROLE; SELECT id FROM shop.orders"
    judgement = stand.judge([parse_sql(script)])
    assert [finding.remedies[0].text for finding in judgement.findings] == [
        "GRANT SELECT (id) ON TABLE shop.orders TO etl;",
        "GRANT helper TO etl;",
    ]
    assert "runs with the rights of helper" in judgement.unjudged[0].reason


def test_what_the_text_makes_is_its_own(stand: Stand) -> None:
    stand.sql(SETUP + "GRANT CREATE ON SCHEMA shop TO etl; GRANT TEMPORARY ON DATABASE postgres TO etl")
    script = (
        "CREATE TEMP TABLE fresh AS SELECT 1 AS id; CREATE TABLE shop.copy (id int); CREATE INDEX ON shop.copy (id);"
        "INSERT INTO shop.copy SELECT id FROM fresh; ALTER TABLE shop.copy RENAME id TO key; DROP TABLE shop.copy"
    )
    judgement = prove(stand, [parse_sql(script)], script)
    assert not judgement.findings
    assert not judgement.unjudged


def test_a_function_that_search_path_hides(stand: Stand) -> None:
    stand.sql("CREATE SCHEMA mill; CREATE FUNCTION mill.twice(int) RETURNS int LANGUAGE sql AS 'SELECT $1 * 2'")
    stand.sql("ALTER ROLE etl SET search_path = mill")
    (finding,) = prove(stand, [parse_sql("SELECT twice(1)")], "SELECT twice(1)").findings
    assert finding.evidence["sqlstate"] == "42883"


def notices(stand: Stand, statement: str) -> list[str]:
    """The SQLSTATEs of the warnings that the server answers with."""
    with stand.logged_in() as connection:
        said: list[str] = []
        connection.add_notice_handler(lambda notice: said.append(notice.sqlstate or ""))
        connection.execute(statement.encode())
    return said


def test_what_a_refresh_reads_is_read_with_the_owners_rights(stand: Stand) -> None:
    stand.sql(SETUP + "CREATE MATERIALIZED VIEW shop.sums AS SELECT count(*) FROM shop.secrets WITH NO DATA")
    stand.sql("GRANT boss TO etl; GRANT USAGE, CREATE ON SCHEMA shop TO boss; ALTER TABLE shop.sums OWNER TO boss")
    statement = "REFRESH MATERIALIZED VIEW shop.sums"
    (finding,) = prove(stand, [parse_sql(statement)], statement).findings
    assert finding.rule == "privileges.view.owner-lacks-privilege"
    stand.sql("REVOKE SELECT ON shop.secrets FROM boss")
    without = "REFRESH MATERIALIZED VIEW shop.sums WITH NO DATA"
    assert not prove(stand, [parse_sql(without)], without).findings
