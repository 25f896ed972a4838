"""What is judged from a snapshot is what is judged from the server, to the last word."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from safeconduct.postgres.session import SessionLost
from safeconduct.privileges import missing, needed, parse_sql, parse_table
from safeconduct.privileges.ledger import Wish, draw_up
from safeconduct.privileges.snapshot import Document, SnapshotSession, WrongSnapshot, read, take, written
from tests.privileges.bench import SHOP as GUARDED
from tests.privileges.stand import ETL, LoggedIn, Stand
from tests.privileges.test_statements import CHANGES, MERGES, READS

if TYPE_CHECKING:
    from safeconduct.model.ledger import Ledger
    from safeconduct.privileges.snapshot import Document
    from tests.servers.postgres import Postgres

HERE = Path(__file__).parent
HELD = """
CREATE ROLE staff; CREATE ROLE "Loaders" NOINHERIT; GRANT staff TO etl; GRANT "Loaders" TO staff;
GRANT SELECT (id, note), UPDATE (note) ON shop.orders TO etl; GRANT SELECT ON shop.customers TO staff WITH GRANT OPTION;
GRANT USAGE ON SCHEMA shop TO staff; GRANT INSERT, DELETE ON ALL TABLES IN SCHEMA shop TO "Loaders";
ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO staff;
CREATE FUNCTION shop.secret() RETURNS int LANGUAGE sql AS 'SELECT amount FROM shop.orders';
REVOKE EXECUTE ON FUNCTION shop.secret() FROM PUBLIC;
CREATE VIEW shop.upper AS SELECT note FROM shop.orders; CREATE VIEW shop.top AS SELECT note FROM shop.upper;
GRANT SELECT ON shop.upper, shop.top TO etl; ALTER VIEW shop.upper OWNER TO staff;
CREATE RULE also AS ON DELETE TO shop.people DO ALSO DELETE FROM shop.orders;
"""
MORE = """
SELECT shop.secret()
SELECT note FROM shop.top
UPDATE shop.top SET note = 'x'
INSERT INTO shop.upper VALUES ('x')
DELETE FROM shop.people
SELECT nothing FROM shop.orders
SELECT id FROM Shop.order
SELECT id FROM orders
SELECT 'lost.mood'::regtype, lost.f()
SET search_path TO shop, public; SELECT id FROM orders; SET work_mem = '1MB'; SET log_statement = 'all'
ALTER TABLE shop.orders ADD x int
CREATE TABLE shop.fresh (id int REFERENCES shop.customers); DROP TABLE shop.people
GRANT SELECT ON shop.customers TO staff
CREATE EXTENSION plpgsql; ALTER DATABASE postgres SET work_mem = '1MB'; CREATE ROLE x
SET ROLE staff; SELECT 1
TRUNCATE shop.orders RESTART IDENTITY CASCADE
""".strip().splitlines()


@pytest.fixture
def shop(postgres: Postgres) -> Stand:
    stand = Stand(postgres)
    stand.sql((HERE / "shop.sql").read_text())
    stand.sql(HELD)
    return stand


def test_every_statement_is_judged_alike(shop: Stand) -> None:
    with shop.logged_in() as connection:
        live = LoggedIn(connection)
        offline = SnapshotSession(read(written(take(live, "warehouse"))))
        for text in (*READS, *CHANGES, *(MERGES if live.server_version >= 150000 else ()), *MORE):
            asked = [parse_sql(text)]
            assert repr(needed(offline, asked, "w")) == repr(needed(live, asked, "w")), text
            assert missing(offline, asked, "w") == missing(live, asked, "w"), text


def test_the_whole_account_is_the_same(shop: Stand) -> None:
    asked = (parse_sql(READS[1]), parse_table("shop.customers:SELECT,INSERT"))
    with shop.logged_in() as connection:
        live = LoggedIn(connection)
        offline = SnapshotSession(read(written(take(live, "warehouse"))))
        for wish in (
            Wish(asked, needed=True, missing=True, excess=True),
            Wish(held=True),
            Wish(held=True, role="staff"),
            Wish(held=True, role="postgres"),
        ):
            assert in_order(draw_up(offline, "w", wish)) == in_order(draw_up(live, "w", wish))


def in_order(ledger: Ledger) -> Ledger:
    """The holdings sorted: the server gives them in any order."""
    if ledger.held is None:
        return ledger
    return replace(ledger, held=replace(ledger.held, holdings=tuple(sorted(ledger.held.holdings, key=repr))))


def test_row_security_is_judged_alike(postgres: Postgres) -> None:
    stand = Stand(postgres)
    stand.sql(GUARDED)
    stand.sql(
        "CREATE TABLE shop.others (id int); CREATE POLICY s ON shop.orders FOR SELECT TO etl"
        " USING (id IN (SELECT id FROM shop.others) AND note = current_setting('app.me', true))"
    )
    with stand.logged_in() as connection:
        live = LoggedIn(connection)
        offline = SnapshotSession(take(live, "warehouse"))
        for text in ("SELECT note FROM shop.orders", "DELETE FROM shop.orders", "COPY shop.orders FROM STDIN"):
            assert missing(offline, [parse_sql(text)], "w") == missing(live, [parse_sql(text)], "w"), text


def test_there_is_no_row_and_no_password_in_it(shop: Stand) -> None:
    shop.sql("INSERT INTO shop.customers (id, name) VALUES (7, 'Very Own Name')")
    with shop.logged_in() as connection:
        text = written(take(LoggedIn(connection), "warehouse")).decode()
    assert "Very Own Name" not in text
    assert "SCRAM-SHA-256" not in text
    assert json.loads(text)["schema"] == "safeconduct/catalog/1"


@pytest.fixture
def taken() -> bytes:
    names = """relations functions views views_read definitions policies things operators memberships attributes
    inventory later leaning access""".split()
    rows: dict[str, list[Any]] = {name: [] for name in names}
    return written(Document("w", ETL, "d", 150000, {}, held={}, **rows))


def test_what_was_written_is_read(taken: bytes) -> None:
    assert written(read(taken)) == taken


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (b"catalog/1", b"catalog/2", "is no snapshot of the format safeconduct/catalog/1: it calls itself"),
        (b'"schema"', b'"sch"', "does not say what it is"),
        (b'"d"', b'"e"', "was changed since it was written"),
        (b"}\n", b"", "is not JSON, or was cut off"),
    ],
)
def test_another_document_is_one_sentence(taken: bytes, old: bytes, new: bytes, words: str) -> None:
    with pytest.raises(WrongSnapshot, match=words):
        read(taken.replace(old, new))


@pytest.mark.parametrize("octets", [b"", b"[]", b"\xff", b"[" * 100_000, b'{"schema": 1}', b"null", b'"x"'])
def test_rubbish_is_one_sentence(octets: bytes) -> None:
    with pytest.raises(WrongSnapshot, match=r"is not JSON|is no snapshot"):
        read(octets)


def test_it_runs_nothing(taken: bytes) -> None:
    with pytest.raises(SessionLost, match="takes the server"):
        SnapshotSession(read(taken)).query("SELECT 1")


@pytest.mark.parametrize("part", ["relations", "memberships", "held", "access", "role", "server_version", "context"])
def test_a_digest_that_fits_makes_no_snapshot_of_anything(taken: bytes, part: str) -> None:
    every: tuple[Any, ...] = (None, "x", [None], [[]], {"a": 1})
    for odd in every:
        document = replace(read(taken), **{part: odd})
        if vars(document) == vars(read(taken)) or (part, odd) in _FITTING:
            continue
        with pytest.raises(WrongSnapshot, match="lacks a part"):
            read(written(document))


_FITTING = [("role", "x"), ("memberships", [[]]), ("access", [[]]), ("context", {"a": 1})]
