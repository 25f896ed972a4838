"""Each need, name and reason says in which file and line it is asked for, also what runs unseen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.journeys.shop import Said, Shop

CODE = """
CREATE TABLE shop.audit (what text); CREATE TABLE shop.rates (rate int); CREATE TABLE shop.kept (n int);
CREATE FUNCTION shop.rate() RETURNS int LANGUAGE sql AS 'SELECT max(rate) FROM shop.rates';
CREATE FUNCTION shop.twice() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN shop.rate() * 2; END $$;
CREATE FUNCTION shop.hold(text) RETURNS int LANGUAGE plpgsql AS $$ BEGIN EXECUTE $1; RETURN 1; END $$;
CREATE FUNCTION shop.noted() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN INSERT INTO shop.audit VALUES ('x'); RETURN NEW; END $$;
CREATE TRIGGER noted BEFORE INSERT ON shop.log FOR EACH ROW EXECUTE FUNCTION shop.noted();
CREATE VIEW shop.mine WITH (security_invoker) AS SELECT n FROM shop.kept;
REVOKE EXECUTE ON FUNCTION shop.rate FROM PUBLIC;
GRANT USAGE ON SCHEMA shop TO etl;
"""
STATEMENTS = """SELECT 1;
SELECT shop.twice();
INSERT INTO shop.log (what)
    VALUES ('a');
SELECT n FROM shop.mine;
SELECT shop.rate();

TABLE shop.gone;
SELECT lost FROM shop.log;
TABLE nowhere.orders;
SELECT shop.hold(upper('x'));
DROP TABLE shop.orders;
"""


def words_of(said: Said) -> str:
    return " ".join(said.output.split())


@pytest.fixture
def coded(shop: Shop) -> Shop:
    if shop.server.version < 15:
        pytest.skip("security_invoker came with PostgreSQL 15")
    shop.server.sql(CODE, database="sales")
    (shop.folder / "all.sql").write_text(STATEMENTS)
    return shop


@pytest.mark.parametrize("engine", [[], ["--live"]])
def test_what_runs_unseen_is_asked_for_by_the_statement_that_leads_there(coded: Shop, engine: list[str]) -> None:
    role = coded.privileges("needed", "shop", "all.sql", *engine, "--format", "json").role
    lines = {
        (one["kind"], one["name"], one["privilege"]): [place["line"] for place in one["asked_by"]]
        for one in role["needed"]
    }
    assert lines["TABLE", "rates", "SELECT"] == [2, 6]
    assert lines["FUNCTION", "rate", "EXECUTE"] == [2, 6]
    assert lines["TABLE", "audit", "INSERT"] == [3]
    assert lines["TABLE", "kept", "SELECT"] == [5]
    assert lines["TABLE", "mine", "SELECT"] == [5]
    assert lines["ROLE", "postgres", "USAGE"] == [12]


def test_what_does_not_exist_and_what_cannot_be_told_have_their_places_in_text(coded: Shop) -> None:
    said = words_of(coded.privileges("missing", "shop", "all.sql"))
    assert "x shop.gone does not exist in database sales asked for in all.sql:8" in said, said
    assert "x shop.log has no column lost asked for in all.sql:9" in said, said
    assert "x schema nowhere does not exist in database sales asked for in all.sql:10" in said, said
    assert "could not be judged: all.sql:11: EXECUTE in line 1 of shop.hold(text) " in said, said


def test_a_dag_has_the_place_of_its_call(coded: Shop) -> None:
    (coded.folder / "dags").mkdir()
    (coded.folder / "dags" / "shop.py").write_text(
        "from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator\n"
        'SQLExecuteQueryOperator(task_id="a", conn_id="shop", sql="SELECT shop.twice()")\n'
        'SQLExecuteQueryOperator(task_id="b", conn_id="shop", sql="SELECT shop.hold(upper(\'x\'))")\n'
    )
    said = words_of(coded.privileges("missing", "--dags", "dags"))
    assert "table shop.rates: SELECT (rate) shop.rate() needs it asked for in shop.py:2" in said, said
    assert "could not be judged: shop.py:3: EXECUTE in line 1 of shop.hold(text) " in said, said
