"""What this engine cannot tell is said with its reason, never left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from safeconduct.privileges import parse_sql
from tests.privileges.stand import prove

if TYPE_CHECKING:
    from tests.privileges.stand import Stand

SETUP = """
GRANT USAGE ON SCHEMA public TO etl;
CREATE TABLE orders (id int, amount int);
GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON orders TO etl;
CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql AS 'SELECT $1 * 2';
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE TABLE watched (id int); GRANT INSERT, SELECT ON watched TO etl;
CREATE TRIGGER bell BEFORE INSERT ON watched FOR EACH ROW EXECUTE FUNCTION note();
CREATE VIEW through AS SELECT id FROM orders; GRANT SELECT, INSERT ON through TO etl;
CREATE TABLE computed (id int DEFAULT twice(1), x int); GRANT INSERT ON computed TO etl;
CREATE TABLE parent (id int PRIMARY KEY); GRANT TRUNCATE ON parent TO etl;
"""


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("ALTER TABLE orders ADD x int", "ALTER TABLE: this kind of statement is not judged"),
        ("/* now */ DROP TABLE orders", "DROP TABLE: this kind of statement"),
        ("DO $$ BEGIN DELETE FROM secrets; END $$", "DO: this kind of statement"),
        ("CALL refresh()", "CALL: this kind of statement"),
        ("SELECT twice(1)", "twice is a function of public"),
        ("SELECT public.twice(1)", "public.twice is a function of public"),
        ("SELECT nope(1)", "no function nope is found"),
        ("SELECT pg_read_file('x')", "pg_read_file is not open to everybody"),
        ("SELECT query_to_xml('SELECT 1', true, true, '')", "query_to_xml reads or changes what its arguments say"),
        ("SELECT nextval('s' || id) FROM orders", "only known when it runs"),
        ("SELECT nextval(%s)", "only known when it runs"),
        ("INSERT INTO watched VALUES (1)", "the trigger bell of public.watched"),
        ("INSERT INTO through VALUES (1)", "beneath the view public.through"),
        ("INSERT INTO computed (x) VALUES (1)", "the default of public.computed.id calls a function"),
        ("CREATE TABLE fresh (id int); INSERT INTO fresh VALUES (1)", "the creation of fresh is not judged"),
        ("CREATE TEMP TABLE fresh AS SELECT id FROM orders; TABLE fresh", "the creation of fresh is not judged"),
        ("SELECT id INTO fresh FROM orders; TABLE fresh", "SELECT INTO creates a table"),
        ("COPY orders TO '/tmp/x'", "a file or program of the server"),
        ("VACUUM orders", "VACUUM: this kind of statement"),
        ("ANALYZE orders", "ANALYZE: this kind of statement"),
        ("REFRESH MATERIALIZED VIEW CONCURRENTLY sums", "REFRESH MATERIALIZED VIEW: this kind of statement"),
        ("CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'", "CREATE FUNCTION: this kind"),
        ("CREATE UNIQUE INDEX ON orders (id)", "CREATE INDEX: this kind of statement"),
        ("ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO etl", "ALTER DEFAULT PRIVILEGES: this kind"),
        ("GRANT SELECT ON orders TO etl", "GRANT: this kind of statement"),
        ("REVOKE SELECT ON orders FROM etl", "REVOKE: this kind of statement"),
        ("COMMENT ON TABLE orders IS 'secret'", "COMMENT: this kind of statement"),
        ("SET search_path = %s; SELECT * FROM orders", "what is only known when it runs"),
        ("SET ROLE readers", "SET role changes what later names"),
        ("SET log_statement = 'none'", "whether the role may SET log_statement"),
        ("TRUNCATE parent CASCADE", "TRUNCATE CASCADE also empties"),
        ("TRUNCATE parent RESTART IDENTITY", "RESTART IDENTITY needs ownership"),
        ('SELECT "O x"."Id" FROM orders', '"O x"."Id" is no column of the relations'),
        ("SELECT x.* FROM orders", "x.* is no column of the relations"),
        ('SELECT public."Twice"(1)', 'no function public."Twice" is found'),
        ("SELECT " + "+".join(["id"] * 60) + " FROM orders", "nested deeper"),
    ],
)
def test_the_reason_is_given(stand: Stand, statement: str, reason: str) -> None:
    stand.sql(SETUP)
    judgement = stand.judge([parse_sql(statement)])
    assert not judgement.findings
    assert [said.subject for said in judgement.unjudged] == ["warehouse"]
    assert reason in judgement.unjudged[0].reason


@pytest.mark.parametrize(
    "statement",
    [
        "BEGIN; SELECT id FROM orders; COMMIT",
        "SET statement_timeout = 0; SET TIME ZONE 'UTC'; SHOW work_mem; RESET statement_timeout",
        "SELECT * FROM watched",
        "SELECT lower('X'), now(), count(*), extract(day FROM now()), substring('x' FROM 1) FROM orders",
        "PREPARE p AS SELECT id FROM orders WHERE id = $1",
    ],
)
def test_what_needs_no_reason(stand: Stand, statement: str) -> None:
    stand.sql(SETUP)
    assert prove(stand, [parse_sql(statement)], statement).unjudged == ()


def test_a_function_closed_to_the_role(stand: Stand) -> None:
    stand.sql("REVOKE EXECUTE ON FUNCTION lower(text) FROM PUBLIC")
    try:
        judgement = stand.judge([parse_sql("SELECT lower('X')")])
    finally:
        stand.sql("GRANT EXECUTE ON FUNCTION lower(text) TO PUBLIC")
    assert "lower is not open to everybody" in judgement.unjudged[0].reason


def test_a_view_with_the_callers_rights(any_stand: Stand) -> None:
    if any_stand.server.version < 15:
        pytest.skip("security_invoker came with PostgreSQL 15")
    any_stand.sql(SETUP + "CREATE VIEW mine WITH (security_invoker) AS TABLE orders; GRANT SELECT ON mine TO etl")
    judgement = any_stand.judge([parse_sql("SELECT * FROM mine")])
    assert "security_invoker" in judgement.unjudged[0].reason
