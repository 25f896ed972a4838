"""Not there, not found and not allowed are told apart, where the server says 42P01 to all three."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from safeconduct.model import Severity
from safeconduct.privileges import parse_sql, parse_table
from tests.privileges.stand import prove

if TYPE_CHECKING:
    from safeconduct.model import Finding
    from tests.privileges.stand import Stand

SHOP = 'CREATE SCHEMA shop; CREATE TABLE shop.orders (id int); CREATE TABLE shop."Returns" (id int);'


def only(stand: Stand, text: str) -> Finding:
    (finding,) = stand.judge([parse_table(text)]).findings
    return finding


@pytest.mark.parametrize(
    ("text", "statement", "near"),
    [
        ("shop.order:SELECT", "SELECT FROM shop.order", "shop.orders was meant"),
        ("shop.returns:SELECT", "SELECT FROM shop.returns", 'shop."Returns" was meant'),
    ],
)
def test_a_misspelt_name(stand: Stand, text: str, statement: str, near: str) -> None:
    stand.sql(SHOP + "GRANT USAGE ON SCHEMA shop TO etl")
    finding = only(stand, text)
    assert finding.rule == "privileges.relation.missing"
    assert near in finding.possible
    assert not finding.remedies
    assert stand.attempt(statement.replace("shop.order", 'shop."order"')) in {"42P01", "42601"}


def test_a_name_like_no_other(any_stand: Stand) -> None:
    finding = only(any_stand, "zzz:SELECT")
    assert finding.rule == "privileges.relation.missing"
    assert finding.message == "zzz does not exist in database postgres"
    assert len(finding.possible) == 1
    assert any_stand.attempt("SELECT FROM zzz") == "42P01"


def test_a_closed_schema_on_the_path(any_stand: Stand) -> None:
    any_stand.sql(SHOP + "ALTER ROLE etl SET search_path = shop, public; GRANT SELECT ON shop.orders TO etl")
    assert any_stand.attempt("SELECT FROM orders") == "42P01"
    judgement = prove(any_stand, [parse_sql("SELECT * FROM orders")], "SELECT * FROM orders")
    (finding,) = judgement.findings
    assert finding.rule == "privileges.schema.usage-missing"
    assert "42P01" in finding.message
    assert finding.remedies[0].text == "GRANT USAGE ON SCHEMA shop TO etl;"


def test_a_schema_that_is_not_on_the_path(any_stand: Stand) -> None:
    any_stand.sql(SHOP + "GRANT USAGE ON SCHEMA shop TO etl; GRANT SELECT ON shop.orders TO etl")
    asked = [parse_sql("SELECT * FROM orders")]
    (finding,) = any_stand.judge(asked).findings
    assert finding.rule == "privileges.relation.not-on-search-path"
    assert any_stand.attempt("SELECT * FROM orders") == "42P01"
    rename, path = finding.remedies
    assert rename.text == "shop.orders"
    assert path.text == 'ALTER ROLE etl IN DATABASE postgres SET search_path = "$user", public, shop;'
    any_stand.sql(path.text)
    assert any_stand.attempt("SELECT * FROM orders") is None
    assert not any_stand.judge(asked).findings


def test_the_first_open_schema_of_the_path_wins(any_stand: Stand) -> None:
    any_stand.sql(SHOP + "CREATE SCHEMA later; CREATE TABLE later.orders (id int);")
    any_stand.sql("ALTER ROLE etl SET search_path = shop, later; GRANT USAGE ON SCHEMA later TO etl")
    judgement = prove(any_stand, [parse_sql("SELECT * FROM orders")], "SELECT * FROM orders")
    (finding,) = judgement.findings
    grant, other = finding.remedies
    assert (grant.text, grant.when) == ("GRANT SELECT ON TABLE later.orders TO etl;", "")
    assert finding.evidence["passed_over"].startswith("shop.orders, which stands first on search_path: etl lacks USAGE")
    assert other.when == "shop.orders is meant"
    assert other.text == "GRANT USAGE ON SCHEMA shop TO etl;\nGRANT SELECT ON TABLE shop.orders TO etl;"


def test_a_table_that_is_passed_over_unnoticed(any_stand: Stand) -> None:
    any_stand.sql(SHOP + "CREATE SCHEMA later; CREATE TABLE later.orders (id int); INSERT INTO shop.orders VALUES (7)")
    any_stand.sql("ALTER ROLE etl SET search_path = nowhere, shop, later; GRANT USAGE ON SCHEMA later TO etl")
    any_stand.sql("GRANT SELECT ON later.orders TO etl; GRANT SELECT (id) ON shop.orders TO etl")
    judgement = prove(any_stand, [parse_sql("SELECT id FROM orders")], "SELECT id FROM orders")
    (note,) = judgement.findings
    assert (note.rule, note.severity) == ("privileges.relation.passed-over", Severity.NOTE)
    assert note.message == (
        "passed over is shop.orders, which stands first on search_path: etl lacks USAGE on schema shop,"
        " so the server takes later.orders instead"
    )
    any_stand.sql(note.remedies[0].text)
    with any_stand.logged_in() as connection:
        assert connection.execute("SELECT id FROM orders").fetchall() == [(7,)]
    assert not any_stand.judge([parse_sql("SELECT id FROM orders")]).findings


def test_nothing_is_passed_over_by_a_full_name(stand: Stand) -> None:
    stand.sql(SHOP + "CREATE SCHEMA later; CREATE TABLE later.orders (id int); GRANT USAGE ON SCHEMA later TO etl")
    stand.sql("ALTER ROLE etl SET search_path = later, shop; GRANT SELECT ON later.orders TO etl")
    assert not stand.judge([parse_table("orders:SELECT"), parse_sql("SELECT * FROM later.orders")]).findings


def test_the_schema_of_the_roles_own_name(any_stand: Stand) -> None:
    any_stand.sql("CREATE SCHEMA etl; CREATE TABLE etl.orders (id int)")
    judgement = prove(any_stand, [parse_sql("SELECT * FROM orders")], "SELECT * FROM orders")
    assert len(judgement.findings) == 2


def test_temporary_tables_are_found(stand: Stand) -> None:
    with stand.logged_in() as connection:
        stand.sql("GRANT TEMPORARY ON DATABASE postgres TO etl")
        connection.execute("CREATE TEMP TABLE mine (id int)")
        assert not stand.judge_in(connection, [parse_sql("INSERT INTO mine VALUES (1)")]).findings


def test_another_database(any_stand: Stand) -> None:
    any_stand.sql(SHOP)
    judgement = any_stand.judge([parse_table("elsewhere.shop.orders:SELECT")])
    assert "another database" in judgement.unjudged[0].reason
    here = any_stand.judge([parse_table("postgres.shop.orders:SELECT")])
    assert len(here.findings) == 2


def test_a_column_that_is_not_there(any_stand: Stand) -> None:
    any_stand.sql("CREATE TABLE orders (id int, amount int); GRANT USAGE ON SCHEMA public TO etl")
    any_stand.sql("GRANT SELECT ON orders TO etl")
    finding = only(any_stand, "orders:SELECT(amuont,ctid)")
    assert finding.rule == "privileges.column.missing"
    assert finding.possible == ("amount was meant",)


@pytest.mark.parametrize("text", ["orders_pkey:SELECT", "address:SELECT"])
def test_what_has_no_rows(stand: Stand, text: str) -> None:
    stand.sql("CREATE TABLE orders (id int PRIMARY KEY); CREATE TYPE address AS (street text)")
    stand.sql("GRANT USAGE ON SCHEMA public TO etl")
    judgement = stand.judge([parse_table(text)])
    assert "which has no rows" in judgement.unjudged[0].reason


def test_a_foreign_table(stand: Stand) -> None:
    stand.sql(
        "CREATE EXTENSION file_fdw; CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;"
        "CREATE FOREIGN TABLE far (id int) SERVER files OPTIONS (filename '/dev/null');"
        "GRANT USAGE ON SCHEMA public TO etl"
    )
    judgement = prove(stand, [parse_sql("SELECT id FROM far")], "SELECT id FROM far")
    assert judgement.findings[0].remedies[0].text == "GRANT SELECT (id) ON TABLE public.far TO etl;"
    assert "foreign table" in judgement.unjudged[0].reason
