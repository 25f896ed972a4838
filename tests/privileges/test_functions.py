"""Functions, triggers and expressions: what runs unseen needs the rights of the caller, and the server agrees."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.privileges.stand import rehearse

if TYPE_CHECKING:
    from tests.privileges.stand import Stand

MILL = (Path(__file__).parent / "mill.sql").read_text()
CALLS = """
SELECT mill.twice(1)
SELECT mill.twice(id) FROM mill.grain
SELECT mill.over(1)
SELECT mill.over('x'::text)
SELECT mill.with_default(1)
SELECT mill.with_default(a => 1, b => 2)
SELECT mill.many(1, 2, 3)
SELECT mill.total(id) FROM mill.grain
SELECT mill.reads()
SELECT mill.reads_as_owner()
SELECT * FROM mill.rows_of('rye')
SELECT mill.counts(1)
SELECT mill.constant_execute()
SELECT mill.calls_reads()
CALL mill.fill(7)
DO $$ BEGIN PERFORM weight FROM mill.grain WHERE id = 1; DELETE FROM mill.flour; END $$
DO $$ DECLARE r record; BEGIN FOR r IN SELECT id, kind FROM mill.grain LOOP RAISE NOTICE '%', r.kind; END LOOP; END $$
INSERT INTO mill.checked (n) VALUES (1)
INSERT INTO mill.checked (n, d) VALUES (1, 2)
UPDATE mill.checked SET n = 3
UPDATE mill.checked SET free = 'x'
INSERT INTO mill.indexed (n) VALUES (1)
UPDATE mill.indexed SET n = 2
INSERT INTO mill.computed (n) VALUES (1)
UPDATE mill.computed SET n = 2
UPDATE mill.computed SET free = 'x'
INSERT INTO mill.dominated (n) VALUES (1)
UPDATE mill.dominated SET n = 2
UPDATE mill.dominated SET free = 'x'
INSERT INTO mill.watched VALUES (1, 'x')
UPDATE mill.watched SET note = 'y'
UPDATE mill.watched SET id = 2
DELETE FROM mill.watched
TRUNCATE mill.watched
COPY mill.checked (n) FROM STDIN
INSERT INTO mill.moved VALUES (1)
INSERT INTO mill.loaf (grain) VALUES (1)
DELETE FROM mill.grain WHERE id = 99
SELECT * FROM mill.shown
SELECT n FROM mill.shown_again
SELECT mill.by_alias(1)
SELECT * FROM mill.with_results(1)
SELECT mill.put_together()
INSERT INTO mill.chosen VALUES (2)
UPDATE mill.chosen SET id = 3
DELETE FROM mill.chosen
INSERT INTO mill.doubted VALUES (1)
SELECT 1 OPERATOR(mill.<=?=>) 2
SELECT * FROM mill.near_ones
SELECT has_table_privilege('mill.grain', 'SELECT')
SELECT has_function_privilege(current_user, 'mill.twice(int)', 'EXECUTE')
SELECT oid FROM pg_class WHERE oid::regclass IN ('mill.grain', 'mill.flour')
SELECT mill.as_day(20240229)
SELECT mill.each(ARRAY[ROW(1, 'rye'), ROW(2, 'oat')]::mill.sort[])
SELECT mill.prefers()
SELECT mill.clears('flour')
SELECT mill.clears_all('flour', 1, 2)
SELECT mill.writes_down(3)
SELECT mill.few_or_many(1)
SELECT mill.few_or_many(1, 2)
DO $$ DECLARE n mill.few; BEGIN n := 1; END $$
DO $$ DECLARE g mill.grain%ROWTYPE; k mill.flour.kind%TYPE; BEGIN k := 'x'; END $$
INSERT INTO mill.parted_1 VALUES (1)
INSERT INTO mill.parted VALUES (1)
SELECT lo_get(4711)
SELECT lo_put(4711, 0, 'x')
SELECT lo_open(4711, 131072)
SELECT lo_open(4711, 262144)
SELECT lo_open(4711, x'40000'::int)
SELECT pg_read_file('PG_VERSION')
""".strip().splitlines()
SINCE_14 = """
SELECT mill.atomic(1)
SELECT mill.returned()
""".strip().splitlines()


def test_the_server_agrees_on_each(any_stand: Stand) -> None:
    newer = SINCE_14 if any_stand.server.version >= 14 else []
    any_stand.sql(MILL)
    if newer:
        any_stand.sql((Path(__file__).parent / "mill_14.sql").read_text())
    with any_stand.server.superuser() as connection:
        disagreements = [rehearse(connection, statement) for statement in (*CALLS, *newer)]
    assert "\n".join(filter(None, disagreements)) == ""
