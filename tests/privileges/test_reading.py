"""Reading falls over for no SQL that the parser takes, however odd."""

from __future__ import annotations

import random
import re

from safeconduct.privileges import WrongText, parse_sql
from safeconduct.privileges.catalog import Catalog, Relation
from safeconduct.privileges.context import Context
from safeconduct.privileges.reading import Record, StatementReader, names_in
from safeconduct.privileges.uses import needs_of
from tests.privileges.test_statements import CHANGES, MERGES, READS

HERE = Context("etl", False, "postgres", 180000, ("pg_catalog", "shop"), (), ("shop",))
TABLES = ("orders", "customers", "people", "events", "counted", "measures")
COLUMNS = ("id", "name", "note", "customer", "amount")
CATALOG = Catalog(HERE, {("shop", table): Relation("shop", table, "r", COLUMNS, ("ctid",)) for table in TABLES})
ODD = """
SELECT
SELECT FROM shop.orders
VALUES (1), (2)
INSERT INTO shop.orders DEFAULT VALUES ON CONFLICT DO NOTHING
INSERT INTO shop.orders SELECT
SELECT (shop.orders).*, (o).note, (ARRAY[1])[1:2], ROW (1, o.*) FROM shop.orders, shop.orders o
SELECT * FROM JSON_TABLE('{}', '$' COLUMNS (a int PATH '$.a')) j, shop.orders
SELECT JSON_OBJECT('a': note), JSON_EXISTS(note, '$'), XMLFOREST(note AS n) FROM orders
SELECT XMLSERIALIZE(CONTENT note AS text) FROM orders
SELECT * FROM a.b.c
SELECT a.b.c.d.e FROM shop.orders
SELECT a.b.c.d.* FROM shop.orders
WITH RECURSIVE x AS (SELECT 1 AS a) SEARCH DEPTH FIRST BY a SET o CYCLE a SET c USING p SELECT * FROM x
WITH RECURSIVE a AS (SELECT * FROM b), b AS (SELECT * FROM a) SELECT * FROM a, b
WITH a AS (MERGE INTO orders o USING people p ON true WHEN MATCHED THEN DELETE RETURNING merge_action(), o.id) TABLE a
UPDATE orders SET note = DEFAULT WHERE CURRENT OF cursor RETURNING WITH (OLD AS o, NEW AS n) o.note, n.id, old.id
COPY (DELETE FROM orders RETURNING id) TO PROGRAM 'cat'
CREATE TABLE t AS EXECUTE p
EXPLAIN CREATE TABLE t AS SELECT id FROM orders
SELECT nextval(), nextval('a b'), nextval('a.b.c.d'), setval(1), nextval(NULL), x.nextval('s')
SELECT count(DISTINCT o) FILTER (WHERE o.* IS NULL) FROM orders o GROUP BY (), CUBE (id, (name, note))
DO 'x'; CALL p(); VACUUM; GRANT SELECT ON t TO x; CREATE TABLE z (); TABLE z; SET x.y = 1
RESET ALL; COMMENT ON TABLE t IS ''
""".strip().splitlines()


def read(sql: str) -> Record:
    record = Record(CATALOG)
    for raw in parse_sql(sql).statements:
        list(names_in(raw.stmt))
        StatementReader(record).statement(raw.stmt, "x")
    for use in record.uses:
        list(needs_of(use))
    return record


def test_odd_statements() -> None:
    for statement in ODD:
        read(statement)


def test_statements_cut_and_joined() -> None:
    chance = random.Random(7)
    known = [re.findall(r"\w+|\s+|.", statement) for statement in (*READS, *CHANGES, *MERGES, *ODD)]
    parsed = 0
    for _ in range(20_000):
        first, second = chance.choices(known, k=2)
        i, j = sorted(chance.choices(range(len(first) + 1), k=2))
        k, m = sorted(chance.choices(range(len(second) + 1), k=2))
        try:
            read("".join([*first[:i], *second[k:m], *first[j:]]))
        except WrongText:
            continue
        parsed += 1
    assert parsed > 500, "else this test says nothing"
