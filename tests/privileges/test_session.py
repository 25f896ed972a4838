"""What the session itself is set to: where its search_path comes from, and whether it may write."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from safeconduct.privileges import parse_sql, parse_table
from tests.privileges.stand import ETL, Stand, prove, said_first
from tests.servers.availability import require
from tests.servers.builds import default_build
from tests.servers.postgres import Postgres

if TYPE_CHECKING:
    from collections.abc import Iterator

SHOP = (
    "CREATE SCHEMA shop; CREATE TABLE shop.orders (id serial, note text); GRANT USAGE ON SCHEMA shop TO etl;"
    "GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON shop.orders TO etl; GRANT USAGE ON shop.orders_id_seq TO etl;"
)
READ = [parse_sql("SELECT note FROM orders")]
ON = "default_transaction_read_only = on"

SETTERS = [
    ("", "PostgreSQL's default"),
    ("ALTER ROLE etl SET search_path = public", "ALTER ROLE etl SET search_path"),
    ("ALTER ROLE etl IN DATABASE postgres SET search_path = public", "ALTER ROLE etl IN DATABASE postgres SET"),
    ("ALTER DATABASE postgres SET search_path = public", "ALTER DATABASE postgres SET search_path"),
    ("ALTER ROLE ALL SET search_path = public", "ALTER ROLE ALL SET search_path"),
]


@pytest.mark.parametrize(("setter", "said"), SETTERS)
def test_a_search_path_of_the_role_is_mended_there(stand: Stand, setter: str, said: str) -> None:
    stand.sql(SHOP + setter)
    try:
        (finding,) = stand.judge(READ).findings
        assert said in finding.evidence["search_path_set_by"]
        stand.sql(finding.remedies[1].text)
        assert stand.attempt("SELECT note FROM orders") is None
    finally:
        stand.sql("ALTER ROLE ALL RESET search_path; ALTER DATABASE postgres RESET search_path")


@pytest.mark.parametrize("options", ["-c search_path=public", "-csearch_path=public -c work_mem=1MB"])
def test_a_search_path_of_the_connection_is_mended_there(any_stand: Stand, options: str) -> None:
    any_stand.sql(SHOP + 'ALTER SCHEMA shop RENAME TO "My, shop"')
    with any_stand.logged_in(options=options) as connection:
        (finding,) = any_stand.judge_in(connection, READ).findings
    assert "`options`" in finding.evidence["search_path_set_by"]
    remedy = finding.remedies[1]
    assert "ALTER ROLE" not in remedy.text
    assert "extra" in remedy.when
    mended = json.loads(remedy.text)["options"]
    assert any_stand.attempt("SELECT note FROM orders", options=options) == "42P01"
    assert any_stand.attempt("SELECT note FROM orders", options=mended) is None


def test_a_search_path_that_was_set_after_the_login(stand: Stand) -> None:
    stand.sql(SHOP)
    with stand.logged_in() as connection:
        connection.execute("SET search_path = public")
        (finding,) = stand.judge_in(connection, READ).findings
        assert "after the login" in finding.evidence["search_path_set_by"]
        connection.execute(finding.remedies[1].text.encode())
        assert not stand.judge_in(connection, READ).findings


def test_the_file_is_shown_to_those_who_may_see_it(stand: Stand) -> None:
    stand.sql(SHOP + "GRANT pg_read_all_settings TO etl")
    stand.server.conf({"search_path": "public"})
    (finding,) = stand.judge(READ).findings
    assert ".conf line " in finding.evidence["search_path_set_by"]


WRITES = [
    "INSERT INTO shop.orders (note) VALUES ('x')",
    "UPDATE shop.orders SET note = 'x'",
    "DELETE FROM shop.orders",
    "WITH d AS (DELETE FROM shop.orders RETURNING id) SELECT id FROM d",
    "SELECT id FROM shop.orders FOR UPDATE",
    "TRUNCATE shop.orders",
    "COPY shop.orders (note) FROM STDIN",
    "EXPLAIN ANALYZE INSERT INTO shop.orders (note) VALUES ('x')",
    "EXPLAIN (ANALYZE on) DELETE FROM shop.orders",
    "DECLARE c CURSOR FOR SELECT id FROM shop.orders FOR SHARE",
    "SELECT nextval('shop.orders_id_seq')",
]
HARMLESS = [
    "SELECT note FROM shop.orders",
    "EXPLAIN INSERT INTO shop.orders (note) VALUES ('x')",
    "EXPLAIN (ANALYZE off) DELETE FROM shop.orders",
    "PREPARE p AS DELETE FROM shop.orders",
    "COPY shop.orders TO STDOUT",
    "LOCK TABLE shop.orders IN ROW EXCLUSIVE MODE",
    "SELECT currval('shop.orders_id_seq') WHERE false",
    "SET TRANSACTION READ WRITE; DELETE FROM shop.orders",
    "SET transaction_read_only = off; DELETE FROM shop.orders",
]


def test_a_read_only_role(any_stand: Stand) -> None:
    any_stand.sql(SHOP + f"ALTER ROLE etl SET {ON}")
    for statement in WRITES:
        judgement = any_stand.judge([parse_sql(statement)])
        assert [finding.rule for finding in judgement.findings] == ["privileges.session.read-only"], statement
        assert any_stand.attempt(statement) == said_first(judgement) == "25006", statement
    for statement in HARMLESS:
        judgement = any_stand.judge([parse_sql(statement)])
        assert (judgement.findings, judgement.unjudged) == ((), ()), statement
        assert any_stand.attempt(statement) is None, statement
    judgement = prove(any_stand, [parse_sql(WRITES[0])], WRITES[0])
    (finding,) = judgement.findings
    assert finding.message == "the session is read-only, and a read-only transaction cannot execute INSERT"
    assert finding.evidence["set_by"] == "ALTER ROLE etl SET default_transaction_read_only"
    assert finding.remedies[0].text == "ALTER ROLE etl IN DATABASE postgres SET default_transaction_read_only = off;"
    assert finding.remedies[0].when == ""


@pytest.mark.parametrize(
    "setter", [f"ALTER ROLE etl IN DATABASE postgres SET {ON}", f"ALTER DATABASE postgres SET {ON}"]
)
def test_other_places_that_make_it_read_only(stand: Stand, setter: str) -> None:
    stand.sql(SHOP + setter)
    try:
        judgement = prove(stand, [parse_table("shop.orders:SELECT,INSERT,DELETE")], WRITES[0])
    finally:
        stand.sql("BEGIN READ WRITE; ALTER DATABASE postgres RESET default_transaction_read_only; COMMIT")
    assert judgement.findings[0].message.endswith("cannot execute INSERT, DELETE")
    assert judgement.findings[0].evidence["set_by"] == setter.removesuffix(" = on")


def test_a_connection_that_is_read_only(any_stand: Stand) -> None:
    any_stand.sql(SHOP)
    options = "-c default_transaction_read_only=on"
    with any_stand.logged_in(options=options) as connection:
        (finding,) = any_stand.judge_in(connection, [parse_sql(WRITES[0])]).findings
    assert "`options`" in finding.evidence["set_by"]
    mend, once = finding.remedies
    assert any_stand.attempt(WRITES[0], options=json.loads(mend.text)["options"]) is None
    assert any_stand.attempt(f"{once.text} {WRITES[0]}", options=options) is None


def test_what_the_server_says_first_stands_first(any_stand: Stand) -> None:
    any_stand.sql(SHOP + f"ALTER ROLE etl SET {ON}; REVOKE ALL ON shop.orders, shop.orders_id_seq FROM etl;")
    asked = [parse_sql(WRITES[0])]
    judgement = any_stand.judge(asked)
    assert [finding.rule.removeprefix("privileges.") for finding in judgement.findings] == [
        "session.read-only",
        "column.privilege-missing",
        "sequence.usage-missing",
    ]
    prove(any_stand, asked, WRITES[0])
    any_stand.sql(f"ALTER ROLE etl IN DATABASE postgres SET {ON}; REVOKE USAGE ON SCHEMA shop FROM etl")
    assert [finding.evidence["sqlstate"] for finding in prove(any_stand, asked, WRITES[0]).findings] == [
        "42501",
        "25006",
    ]


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("BEGIN READ ONLY; DELETE FROM shop.orders", True),
        ("SET TRANSACTION READ ONLY; DELETE FROM shop.orders", True),
        ("BEGIN READ ONLY; SELECT note FROM shop.orders; COMMIT; DELETE FROM shop.orders", False),
        ("SET default_transaction_read_only = on; SELECT note FROM shop.orders", False),
        ("BEGIN; SET TRANSACTION READ ONLY; ROLLBACK; BEGIN; DELETE FROM shop.orders; COMMIT", False),
    ],
)
def test_a_text_that_says_so_itself(any_stand: Stand, text: str, refused: bool) -> None:
    any_stand.sql(SHOP)
    judgement = any_stand.judge([parse_sql(text)])
    assert said_first(judgement) == ("25006" if refused else None)
    assert not judgement.unjudged
    assert any_stand.attempt(text) == said_first(judgement)


def test_a_default_that_the_text_changes_is_not_judged(stand: Stand) -> None:
    stand.sql(SHOP)
    judgement = stand.judge([parse_sql("SET default_transaction_read_only = on; DELETE FROM shop.orders")])
    assert not judgement.findings
    assert judgement.unjudged[0].reason == "whether the transaction of DELETE is read-only is not known"


def test_temporary_tables_may_be_written(stand: Stand) -> None:
    stand.sql(f"GRANT TEMPORARY ON DATABASE postgres TO etl; ALTER ROLE etl SET {ON}")
    with stand.logged_in() as connection:
        connection.execute("BEGIN READ WRITE")
        connection.execute("CREATE TEMP TABLE mine (id int)")
        connection.execute("COMMIT")
        assert not stand.judge_in(connection, [parse_sql("INSERT INTO mine VALUES (1)")]).findings
        connection.execute("INSERT INTO mine VALUES (1)")


DEFINITIONS = [
    "CREATE TABLE fresh (id int)",
    "CREATE TABLE fresh AS SELECT 1",
    "SELECT 1 AS x INTO fresh",
    "CREATE VIEW v AS SELECT 1",
    "CREATE INDEX ON shop.orders (id)",
    "ALTER TABLE shop.orders ADD x int",
    "ALTER TABLE shop.orders RENAME TO o",
    "DROP TABLE shop.orders",
    "GRANT SELECT ON shop.orders TO PUBLIC",
    "COMMENT ON TABLE shop.orders IS 'x'",
    "REFRESH MATERIALIZED VIEW shop.sums",
    "REASSIGN OWNED BY etl TO postgres",
    "CREATE TYPE mood AS (x int)",
]


def test_definitions_in_a_read_only_session(any_stand: Stand) -> None:
    any_stand.sql(SHOP + f"ALTER ROLE etl SET {ON}")
    for statement in DEFINITIONS:
        assert said_first(any_stand.judge([parse_sql(statement)])) == any_stand.attempt(statement) == "25006", statement


@pytest.fixture
def standby() -> Iterator[Stand]:
    server = Postgres(require(default_build()))
    try:
        stand = Stand(server)
        stand.sql(SHOP)
        server.stop()
        (server.data / "standby.signal").touch()
        server.start()
        yield stand
    finally:
        server.destroy()


def test_a_standby(standby: Stand) -> None:
    for statement in (*WRITES, *DEFINITIONS, "LOCK TABLE shop.orders", "LISTEN x", "VACUUM shop.orders"):
        judgement = standby.judge([parse_sql(statement)])
        assert said_first(judgement) == standby.attempt(statement) == "25006", statement
    (finding,) = standby.judge([parse_sql(WRITES[0])]).findings
    assert finding.message == "the server is a standby, and a read-only transaction cannot execute INSERT"
    assert "target_session_attrs" in finding.remedies[0].text
    assert ETL not in finding.remedies[0].text
    assert not standby.judge([parse_sql(HARMLESS[0])]).findings
