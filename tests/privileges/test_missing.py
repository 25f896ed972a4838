"""What is missing is found, named with its owner and holders, and mended by exactly the GRANT that is printed."""

from __future__ import annotations

from time import process_time
from typing import TYPE_CHECKING

import pytest

from safeconduct.model import Grant, ObjectKind, Privilege, Stage, quote_identifier
from safeconduct.model.ledger import Need
from safeconduct.privileges import missing, parse_sql, parse_table
from safeconduct.privileges.ledger import grants_for
from safeconduct.privileges.needs import least
from tests.privileges.stand import LostSession, prove

if TYPE_CHECKING:
    from safeconduct.privileges import Asked, Judgement
    from tests.privileges.stand import Stand

SALES = """
CREATE SCHEMA sales;
CREATE TABLE sales.orders (id serial PRIMARY KEY, amount numeric, "when" date);
"""


def remedies(judgement: Judgement) -> list[str]:
    return [finding.remedies[0].text for finding in judgement.findings]


def rules(judgement: Judgement) -> list[str]:
    assert all(finding.stage is Stage.PRIVILEGES for finding in judgement.findings)
    assert all(finding.subject == "warehouse" for finding in judgement.findings)
    return [finding.rule.removeprefix("privileges.") for finding in judgement.findings]


def test_nothing_asked_is_nothing_missing(any_stand: Stand) -> None:
    judgement = any_stand.judge([])
    assert not judgement.findings + judgement.missing + judgement.unjudged
    assert {grant.kind for grant in judgement.needed.grants} == {ObjectKind.DATABASE}


def test_a_table_with_everything_missing(any_stand: Stand) -> None:
    any_stand.sql(SALES)
    judgement = prove(
        any_stand,
        [parse_table("sales.orders:SELECT,INSERT,UPDATE(amount)")],
        "INSERT INTO sales.orders (amount) VALUES (1) RETURNING *; UPDATE sales.orders SET amount = 2",
    )
    assert remedies(judgement) == [
        "GRANT USAGE ON SCHEMA sales TO etl;",
        "GRANT SELECT, INSERT, UPDATE (amount) ON TABLE sales.orders TO etl;",
        "GRANT USAGE ON SEQUENCE sales.orders_id_seq TO etl;",
    ]
    assert rules(judgement) == [
        "schema.usage-missing",
        "table.privilege-missing",
        "sequence.usage-missing",
    ]
    assert judgement.findings[1].message == "etl lacks SELECT, INSERT, UPDATE (amount) on sales.orders"


def test_the_evidence_shows_who_holds_what(stand: Stand) -> None:
    stand.sql(SALES)
    stand.sql(
        'CREATE ROLE boss; CREATE ROLE "Night Shift"; ALTER TABLE sales.orders OWNER TO boss;'
        'GRANT SELECT ON sales.orders TO "Night Shift"; GRANT SELECT (id), DELETE ON sales.orders TO etl;'
        "GRANT USAGE ON SCHEMA sales TO etl"
    )
    (finding,) = stand.judge([parse_table("sales.orders:SELECT")]).findings
    assert finding.evidence["owner"] == "sales.orders: boss"
    assert finding.evidence["holds"] == "DELETE on sales.orders"
    assert finding.evidence["granted_to"] == 'SELECT on sales.orders: "Night Shift", boss'
    assert finding.evidence["sqlstate"] == "42501"
    assert finding.evidence["in_database"] == "postgres"


def test_columns_are_grouped(any_stand: Stand) -> None:
    any_stand.sql(SALES)
    any_stand.sql("GRANT USAGE ON SCHEMA sales TO etl; GRANT SELECT (id) ON sales.orders TO etl")
    statement = 'UPDATE sales.orders SET amount = 1 WHERE id = 1 AND "when" > now()'
    judgement = prove(any_stand, [parse_sql(statement)], statement)
    assert remedies(judgement) == ['GRANT SELECT ("when"), UPDATE (amount) ON TABLE sales.orders TO etl;']
    assert rules(judgement) == ["column.privilege-missing"]
    assert judgement.findings[0].evidence["holds"] == "SELECT (id) on sales.orders"


def test_every_column_singly_is_the_table(any_stand: Stand) -> None:
    any_stand.sql(SALES)
    any_stand.sql('GRANT USAGE ON SCHEMA sales TO etl; GRANT SELECT (id, amount, "when") ON sales.orders TO etl')
    assert not prove(any_stand, [parse_table("sales.orders:SELECT")], "SELECT * FROM sales.orders").findings


@pytest.mark.parametrize("grantee", ["etl", "PUBLIC", "readers"])
def test_every_way_to_hold_it_counts(any_stand: Stand, grantee: str) -> None:
    any_stand.sql(SALES)
    any_stand.sql(
        "CREATE ROLE readers; GRANT readers TO etl;"
        f"GRANT USAGE ON SCHEMA sales TO {grantee}; GRANT SELECT ON sales.orders TO {grantee}"
    )
    assert not prove(any_stand, [parse_table("sales.orders:SELECT")], "SELECT * FROM sales.orders").findings


def test_owners_and_superusers_lack_nothing(any_stand: Stand) -> None:
    any_stand.sql(SALES)
    any_stand.sql("ALTER SCHEMA sales OWNER TO etl; ALTER TABLE sales.orders OWNER TO etl")
    asked = [parse_table("sales.orders:SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER")]
    assert not prove(any_stand, asked, "TRUNCATE sales.orders").findings
    any_stand.sql("ALTER SCHEMA sales OWNER TO postgres; ALTER TABLE sales.orders OWNER TO postgres")
    any_stand.sql("ALTER ROLE etl SUPERUSER")
    judgement = prove(any_stand, [parse_sql("ALTER TABLE sales.orders ADD x int")], "SELECT * FROM sales.orders")
    assert not judgement.findings
    assert not judgement.unjudged


def test_connect_that_was_revoked_after_login(stand: Stand) -> None:
    with stand.logged_in() as session:
        stand.sql("REVOKE CONNECT ON DATABASE postgres FROM etl")
        judgement = stand.judge_in(session, [])
    assert remedies(judgement) == ["GRANT CONNECT ON DATABASE postgres TO etl;"]
    assert rules(judgement) == ["database.connect-missing"]


@pytest.mark.parametrize(
    ("schema", "table", "column"),
    [
        ('Weird"Schema', "Täble", "Cölumn"),
        ("select", "order", "user"),
        ("a.b", "c:d", "e,f"),
        ("x'; DROP ROLE etl; --", 'y"; DROP ROLE etl; --', "%s {} $1"),
        ("new\nline", "tab\there", "back\\slash"),
        ("$user", "$1", "null"),
    ],
)
def test_hostile_names(any_stand: Stand, schema: str, table: str, column: str) -> None:
    s, t, c = map(quote_identifier, (schema, table, column))
    any_stand.sql(f"CREATE SCHEMA {s}; CREATE TABLE {s}.{t} (id serial, {c} int)")
    statement = f"INSERT INTO {s}.{t} ({c}) VALUES (1) RETURNING {c}"
    for asked in ([parse_sql(statement)], [parse_table(f"{s}.{t}:INSERT({c}),SELECT({c})")]):
        judgement = any_stand.judge(asked)
        assert rules(judgement) == ["schema.usage-missing", "column.privilege-missing", "sequence.usage-missing"]
    prove(any_stand, [parse_sql(statement)], statement)


def test_a_hostile_role(stand: Stand) -> None:
    stand.sql(SALES)
    stand.sql('ALTER ROLE etl RENAME TO "E T\'L""; --"')
    with stand.server.superuser() as connection:
        connection.execute('SET SESSION AUTHORIZATION "E T\'L""; --"')
        judgement = stand.judge_in(connection, [parse_table("sales.orders:SELECT")])
    assert remedies(judgement)[0] == 'GRANT USAGE ON SCHEMA sales TO "E T\'L""; --";'
    stand.apply_first_remedies(judgement)


def test_round_trips_are_few(stand: Stand) -> None:
    stand.sql(SALES)
    asked: list[Asked] = [parse_table("sales.orders:SELECT,INSERT"), parse_sql("DELETE FROM sales.orders WHERE id = 1")]
    with stand.logged_in() as connection:
        assert stand.round_trips(connection, asked) == 5
        stand.apply_first_remedies(stand.judge(asked))
        assert stand.round_trips(connection, asked) == 3


def test_a_sequence_that_only_update_was_granted_on(any_stand: Stand) -> None:
    any_stand.sql(SALES)
    any_stand.sql(
        "GRANT USAGE ON SCHEMA sales TO etl; GRANT INSERT ON sales.orders TO etl;"
        "GRANT UPDATE ON SEQUENCE sales.orders_id_seq TO etl"
    )
    statement = "INSERT INTO sales.orders (amount) VALUES (1)"
    assert not prove(any_stand, [parse_sql(statement)], statement).findings


def test_sequences_by_table(any_stand: Stand) -> None:
    any_stand.sql("CREATE SCHEMA sales; CREATE SEQUENCE sales.s")
    asked = [parse_table("sales.s:USAGE,SELECT")]
    judgement = prove(any_stand, asked, "SELECT nextval('sales.s') FROM sales.s")
    assert remedies(judgement)[1] == "GRANT USAGE, SELECT ON SEQUENCE sales.s TO etl;"
    assert rules(judgement)[1] == "sequence.privilege-missing"


def test_maintain_by_version(any_stand: Stand) -> None:
    any_stand.sql(SALES)
    asked = [parse_table("sales.orders:MAINTAIN")]
    judgement = any_stand.judge(asked)
    if any_stand.server.version >= 17:
        judgement = prove(any_stand, asked, "LOCK TABLE sales.orders")
        assert remedies(judgement)[1] == "GRANT MAINTAIN ON TABLE sales.orders TO etl;"
    else:
        assert "has no privilege MAINTAIN" in judgement.unjudged[0].reason


def test_the_view_owner_who_may_not_read(any_stand: Stand) -> None:
    any_stand.sql(SALES)
    any_stand.sql(
        'CREATE ROLE boss; CREATE VIEW sales.v AS SELECT amount FROM sales.orders WHERE "when" > now();'
        "CREATE VIEW sales.outer_v AS SELECT * FROM sales.v; ALTER VIEW sales.v OWNER TO boss"
    )
    statement = "SELECT * FROM sales.outer_v"
    judgement = prove(any_stand, [parse_sql(statement)], statement)
    owners = [finding for finding in judgement.findings if finding.rule == "privileges.view.owner-lacks-privilege"]
    assert [finding.remedies[0].text for finding in owners] == [
        'GRANT SELECT (amount, "when") ON TABLE sales.orders TO boss;'
    ]
    assert "sales.v reads sales.orders with the rights of its owner boss" in owners[0].message
    assert {finding.evidence["in_database"] for finding in judgement.findings} == {"postgres"}


def test_several_statements_share_one_grant(any_stand: Stand) -> None:
    any_stand.sql(SALES)
    script = "SELECT count(*) FROM sales.orders; DELETE FROM sales.orders; SELECT amount FROM sales.orders"
    judgement = prove(any_stand, [parse_sql(script)], script)
    assert remedies(judgement)[1] == "GRANT SELECT (amount), DELETE ON TABLE sales.orders TO etl;"


def test_a_session_that_is_lost_is_not_judged() -> None:
    judgement = missing(LostSession(), [parse_table("t:SELECT")], "warehouse")
    assert not judgement.findings
    assert "privileges could not be looked up" in judgement.unjudged[0].reason


def test_what_is_missing_on_very_many_tables_is_told_in_no_time() -> None:
    """Each table's needs are gathered once: gone through for each table, these would take minutes."""
    needs = [
        Need((Grant(ObjectKind.TABLE, "app", f"t{table}", Privilege.SELECT, column),))
        for table in range(10_000)
        for column in ("a", "b")
    ]
    began = process_time()
    taken = least(needs)
    assert len(taken) == 20_000
    assert len(grants_for(taken, "etl")) == 10_000
    assert process_time() - began < 20
