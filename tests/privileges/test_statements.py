"""Each statement is refused when we say so, passes with our grants, and needs every one of them."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import TYPE_CHECKING

from safeconduct.privileges import WrongText, missing, parse_sql
from tests.privileges.stand import LoggedIn, outcome, rehearse, said_first

if TYPE_CHECKING:
    from tests.privileges.stand import Stand

SHOP = (Path(__file__).parent / "shop.sql").read_text()

READS = """
SELECT 1
SELECT * FROM shop.orders
TABLE shop.orders
SELECT count(*) FROM shop.orders
SELECT 1 FROM shop.orders, shop.customers
SELECT id, amount FROM shop.orders
SELECT o.id FROM shop.orders o WHERE o.customer = 1 ORDER BY o.amount
SELECT o.* FROM shop.orders o JOIN shop.customers c ON c.id = o.customer
SELECT o FROM shop.orders o
SELECT shop.orders.id FROM shop.orders
SELECT row_to_json(orders) FROM shop.orders
SELECT count(o.*) FROM shop.orders o
SELECT note FROM shop.orders JOIN shop.customers ON customers.id = customer
SELECT name FROM shop.customers JOIN shop.people USING (id)
SELECT email FROM shop.customers NATURAL JOIN shop.people
SELECT j.name FROM (shop.customers c JOIN shop.people p USING (id)) AS j
SELECT x.b FROM shop.customers AS x (a, b)
SELECT b FROM shop.customers AS x (a, b)
SELECT sum(amount) AS total FROM shop.orders ORDER BY total
SELECT amount AS customer FROM shop.orders ORDER BY customer
SELECT amount AS a FROM shop.orders GROUP BY a
SELECT count(*) FROM shop.orders GROUP BY ROLLUP (customer, note)
SELECT DISTINCT ON (customer) customer AS c FROM shop.orders
SELECT rank() OVER (PARTITION BY customer ORDER BY amount) FROM shop.orders
SELECT sum(amount) OVER w FROM shop.orders WINDOW w AS (ORDER BY id)
SELECT count(*) FILTER (WHERE note IS NULL) FROM shop.orders
SELECT max(amount) FROM shop.orders HAVING min(id) > 0
SELECT (SELECT name FROM shop.customers c WHERE c.id = o.customer) FROM shop.orders o
SELECT id FROM shop.orders WHERE customer IN (SELECT id FROM shop.customers WHERE name LIKE 'A%')
SELECT 1 WHERE EXISTS (SELECT FROM shop.events WHERE what = 'x')
SELECT id FROM shop.orders UNION ALL SELECT id FROM shop.customers ORDER BY 1
SELECT id FROM shop.orders UNION SELECT id FROM shop.customers ORDER BY id
WITH c AS (SELECT id, name FROM shop.customers) SELECT name FROM c
WITH orders AS (SELECT 1 AS id) SELECT id FROM orders
WITH c (a, b) AS (SELECT id, name FROM shop.customers) SELECT b FROM c JOIN shop.orders ON a = customer
WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t JOIN shop.orders o ON o.id = n) SELECT n FROM t
WITH a AS (SELECT id FROM shop.orders), b AS (SELECT id FROM a) SELECT * FROM b
SELECT s.id FROM (SELECT id, note FROM shop.orders) s
SELECT id, what FROM (SELECT id FROM shop.orders) s, (SELECT what FROM shop.events) e
SELECT l.name FROM shop.orders o, LATERAL (SELECT name FROM shop.customers c WHERE c.id = o.customer) l
SELECT l.name FROM shop.orders o LEFT JOIN LATERAL (SELECT name FROM shop.customers WHERE id = o.customer) l ON true
SELECT g FROM generate_series(1, 3) g
SELECT t FROM shop.orders, unnest(tags) t
SELECT v.a FROM (VALUES (1, 'x'), (2, 'y')) v (a, b) JOIN shop.orders ON id = a
SELECT (home).city FROM shop.people
SELECT (p.home).city FROM shop.people p
SELECT (home).* FROM shop.people
SELECT ctid FROM shop.orders
SELECT tableoid::regclass, value FROM shop.measures
SELECT value FROM shop.measures WHERE day = '2024-05-05'
SELECT value FROM shop.measures_2024
SELECT id FROM shop.big
SELECT * FROM shop.big
SELECT total FROM shop.totals
SELECT last_value FROM shop.tickets
SELECT 1 FROM shop.tickets
SELECT id FROM shop.orders TABLESAMPLE SYSTEM (10)
SELECT id FROM ONLY shop.orders
SELECT coalesce(note, 'x'), CASE WHEN amount > 0 THEN 1 END, extract(year FROM now()), tags[1] FROM shop.orders
SELECT id FROM shop.orders FOR UPDATE
SELECT o.id FROM shop.orders o, shop.customers c FOR SHARE OF c
SELECT id FROM (SELECT id FROM shop.orders) s FOR UPDATE
SELECT ARRAY(SELECT id FROM shop.customers)
SELECT id FROM shop.orders ORDER BY (SELECT count(*) FROM shop.events) LIMIT (SELECT 1)
SELECT nextval('shop.tickets')
SELECT setval('shop.tickets'::regclass, 5)
SELECT xmlelement(name x, note) FROM shop.orders
SELECT a.id FROM shop.orders a JOIN shop.orders b ON a.id = b.customer
EXPLAIN SELECT note FROM shop.orders
DECLARE c CURSOR FOR SELECT note FROM shop.orders
SELECT relname FROM pg_class LIMIT 1
SELECT x.n FROM ROWS FROM (generate_series(1, 2), unnest(ARRAY[1])) AS x (n, m), shop.orders o WHERE o.id = x.n
SELECT r.a, note FROM json_to_record('{"a": 1}') AS r (a int), shop.orders
SELECT x.name, o.id FROM shop.orders o, XMLTABLE('/r' PASSING xmlparse(content o.note) COLUMNS name text) x
SELECT customer, count(*) FROM shop.orders GROUP BY GROUPING SETS ((customer), ()) HAVING count(*) > 0
SELECT id AS x FROM shop.orders GROUP BY id ORDER BY count(*), x
SELECT lower(note) AS l FROM shop.orders ORDER BY lower(tags[1])
SELECT id FROM (VALUES (1)) v (id) WHERE EXISTS (SELECT 1 FROM shop.orders WHERE orders.id = v.id)
SELECT id FROM shop.orders o WHERE EXISTS (SELECT 1 FROM shop.people WHERE customer = 1)
SELECT (SELECT count(*) FROM shop.people p WHERE p.id = o.id AND o.note = '') FROM shop.orders o
SELECT a.note FROM shop.orders a NATURAL JOIN shop.orders b
SELECT j.x FROM (shop.customers c CROSS JOIN shop.people p) AS j (x, y, z)
SELECT * FROM shop.customers c JOIN shop.people p USING (id)
SELECT s.* FROM (SELECT c.id, p.id FROM shop.customers c, shop.people p) s (a, b)
SELECT sub.n FROM (SELECT o.id + 1 AS n, o.amount FROM shop.orders o) AS sub WHERE sub.amount > 0
SELECT id FROM shop.orders INTERSECT (SELECT id FROM shop.people EXCEPT SELECT id FROM shop.customers) LIMIT 1
WITH w AS (VALUES (1, 'a')) SELECT column2 FROM w
WITH w AS MATERIALIZED (SELECT * FROM shop.customers) SELECT w.name FROM w, w AS again
WITH RECURSIVE w AS (SELECT id, customer FROM shop.orders UNION SELECT o.id, w.customer FROM w, shop.orders o) TABLE w
SELECT (WITH i AS (SELECT name FROM shop.customers) SELECT name FROM i LIMIT 1)
SELECT o.id FROM shop.orders o WHERE (o.customer, o.id) IN (SELECT c.id, 1 FROM shop.customers c)
SELECT o.id FROM shop.orders o WHERE o.amount > ALL (SELECT value FROM shop.measures)
SELECT string_agg(note, ',' ORDER BY id), percentile_cont(0.5) WITHIN GROUP (ORDER BY amount) FROM shop.orders
SELECT lag(amount) OVER (w ROWS 2 PRECEDING) FROM shop.orders WINDOW w AS (PARTITION BY note)
SELECT DISTINCT note FROM shop.orders ORDER BY note
SELECT CAST(o AS text) FROM shop.orders o
SELECT o IS NULL FROM shop.orders o
SELECT postgres.shop.orders.id FROM postgres.shop.orders
SELECT id FROM shop.orders o JOIN LATERAL unnest(o.tags) WITH ORDINALITY AS t (tag, n) ON n > 0
SELECT id, xmin FROM shop.orders WHERE ctid = '(0,1)'
VALUES ((SELECT max(id) FROM shop.orders))
EXPLAIN (COSTS OFF) UPDATE shop.orders SET note = 'x' WHERE id = 1
SELECT id FROM shop.orders o, (SELECT name FROM shop.customers) c FOR NO KEY UPDATE OF o
SELECT id FROM shop.measures_2024 m, shop.people
SELECT setval('shop.tickets', 5), currval('shop.tickets')
SELECT rolpassword FROM pg_authid
SELECT table_name FROM information_schema.tables LIMIT 1
""".strip().splitlines()

CHANGES = """
INSERT INTO shop.orders (customer) VALUES (1)
INSERT INTO shop.orders (id, customer) VALUES (7, 1)
INSERT INTO shop.orders (id, customer) VALUES (DEFAULT, 1)
INSERT INTO shop.orders VALUES (8, 1)
INSERT INTO shop.customers VALUES (2, 'Bob', 'bob@example.org')
INSERT INTO shop.orders DEFAULT VALUES
INSERT INTO shop.events (what) VALUES ('x')
INSERT INTO shop.events DEFAULT VALUES
INSERT INTO shop.counted (label) VALUES ('x')
INSERT INTO shop.counted VALUES (1, 'x')
INSERT INTO shop.customers SELECT id + 100, note FROM shop.orders
INSERT INTO shop.customers (id, name) SELECT * FROM (SELECT id + 100, note FROM shop.orders) s
INSERT INTO shop.customers TABLE shop.customers LIMIT 0
INSERT INTO shop.orders (customer) VALUES (1) RETURNING id
INSERT INTO shop.customers (id) VALUES (1) ON CONFLICT DO NOTHING
INSERT INTO shop.customers (id) VALUES (1) ON CONFLICT (id) DO NOTHING
INSERT INTO shop.customers (id) VALUES (1) ON CONFLICT ON CONSTRAINT customers_pkey DO NOTHING
INSERT INTO shop.customers (id) VALUES (9) ON CONFLICT (lower(email)) DO NOTHING
INSERT INTO shop.customers (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET name = 'x'
INSERT INTO shop.customers (id, name) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET name = excluded.name
INSERT INTO shop.customers AS c (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET name = 'x' WHERE c.email <> ''
WITH n AS (SELECT id FROM shop.orders) INSERT INTO shop.customers (id) SELECT id + 50 FROM n
INSERT INTO shop.measures VALUES ('2024-02-02', 1)
UPDATE shop.orders SET note = 'x'
UPDATE shop.orders SET note = 'x' WHERE customer = 1
UPDATE shop.orders SET amount = amount + 1
UPDATE shop.orders SET id = DEFAULT
UPDATE shop.orders SET tags[1] = 'x'
UPDATE shop.orders o SET note = c.name FROM shop.customers c WHERE c.id = o.customer
UPDATE shop.orders SET (note, amount) = (SELECT name, id FROM shop.customers LIMIT 1)
UPDATE shop.orders SET note = 'x' RETURNING *
UPDATE shop.orders SET note = 'x' RETURNING 1
UPDATE shop.people SET home.city = 'x'
UPDATE shop.orders AS o SET note = (SELECT max(c.name) FROM shop.customers c WHERE c.id = o.customer)
UPDATE shop.orders SET (note, customer) = ('x', DEFAULT)
UPDATE shop.orders SET note = s.name FROM (SELECT id AS key, name FROM shop.customers) s WHERE key = customer
UPDATE ONLY shop.measures SET value = 1 WHERE day < now()
INSERT INTO shop.customers (id, name) SELECT p.id + 10, (p.home).city FROM shop.people p
INSERT INTO shop.customers SELECT * FROM shop.customers WHERE false
INSERT INTO shop.customers (id) (VALUES (10), (11)) RETURNING name AS n, id + 1
INSERT INTO shop.orders (customer) SELECT 1 UNION ALL SELECT id FROM shop.customers
INSERT INTO shop.people (home.city) VALUES ('x')
INSERT INTO shop.customers VALUES (1) ON CONFLICT (id) DO UPDATE SET (name, email) = (excluded.email, 'x')
DELETE FROM shop.orders WHERE EXISTS (SELECT 1 FROM shop.customers WHERE customers.id = orders.customer)
DELETE FROM shop.orders AS o USING shop.people, LATERAL (SELECT name FROM shop.customers) c WHERE c.name = o.note
WITH u AS (UPDATE shop.orders SET note = 'x' RETURNING id, note) SELECT count(*) FROM u WHERE note = 'x'
DELETE FROM shop.orders
DELETE FROM shop.orders WHERE id = 1
DELETE FROM shop.orders RETURNING amount
DELETE FROM shop.orders o USING shop.customers c WHERE c.id = o.customer
WITH d AS (DELETE FROM shop.orders RETURNING id) SELECT id FROM d
WITH d AS (DELETE FROM shop.orders RETURNING id) INSERT INTO shop.customers (id) SELECT id + 50 FROM d
TRUNCATE shop.orders
TRUNCATE shop.orders, shop.events
COPY shop.orders TO STDOUT
COPY shop.customers TO STDOUT
COPY shop.orders (id, note) TO STDOUT
COPY (SELECT note FROM shop.orders) TO STDOUT
COPY shop.customers FROM STDIN
COPY shop.orders (note) FROM STDIN
COPY shop.orders FROM STDIN
COPY shop.orders (id, note) FROM STDIN WHERE id > 5
LOCK TABLE shop.orders IN ACCESS SHARE MODE
LOCK TABLE shop.orders IN ROW SHARE MODE
LOCK TABLE shop.orders IN ROW EXCLUSIVE MODE
LOCK TABLE shop.orders
""".strip().splitlines()

JOIN_ALIASES = ["SELECT u.id FROM shop.customers JOIN shop.people USING (id) AS u"]

MERGES = """
MERGE INTO shop.customers c USING shop.orders o ON c.id = o.customer WHEN MATCHED THEN DO NOTHING
MERGE INTO shop.customers c USING shop.orders o ON c.id = o.customer WHEN MATCHED THEN UPDATE SET name = o.note
MERGE INTO shop.customers c USING shop.orders o ON c.id = o.customer WHEN MATCHED AND c.name = '' THEN DELETE
MERGE INTO shop.counted c USING shop.people p ON c.n = p.id WHEN NOT MATCHED THEN INSERT (label) VALUES ('x')
MERGE INTO shop.counted c USING shop.people p ON c.n = p.id WHEN NOT MATCHED THEN INSERT VALUES (p.id, 'x')
MERGE INTO shop.counted c USING shop.people p ON c.n = p.id WHEN NOT MATCHED THEN INSERT DEFAULT VALUES
MERGE INTO shop.orders o USING (SELECT id FROM shop.people) p ON o.id = p.id WHEN MATCHED THEN UPDATE SET id = DEFAULT
MERGE INTO shop.orders o USING shop.people p ON amount = p.id WHEN NOT MATCHED AND id > 0 THEN INSERT (note) VALUES (id)
""".strip().splitlines()


NEWER = {14: JOIN_ALIASES, 15: MERGES}
"""Statements that came with a major version."""
NAMES = ("id", "note", "name", "customer", "amount", "o", "c", "x", "city", "home", "total", "shop", "orders", "ctid")


def test_the_server_agrees_on_each(any_stand: Stand) -> None:
    any_stand.sql(SHOP)
    newer = [statement for since, some in NEWER.items() if any_stand.server.version >= since for statement in some]
    with any_stand.server.superuser() as connection:
        disagreements = [rehearse(connection, statement) for statement in (*READS, *CHANGES, *newer)]
    assert "\n".join(filter(None, disagreements)) == ""


def test_no_name_is_called_missing_that_the_server_knows(stand: Stand) -> None:
    stand.sql(SHOP)
    chance = random.Random(11)
    statements = [s for s in (*READS, *CHANGES, *MERGES) if not re.match("COPY|LOCK", s)]
    told = 0
    with stand.server.superuser() as connection:
        for _ in range(400):
            statement = _with_another_name(chance.choice(statements), chance)
            try:
                asked = [parse_sql(statement)]
            except WrongText:
                continue
            expected = said_first(missing(LoggedIn(connection), asked, "warehouse"))
            told += expected is not None
            assert expected is None or outcome(connection, statement) is not None, (statement, expected)
    assert told > 100, "else this test says nothing"


def _with_another_name(statement: str, chance: random.Random) -> str:
    tokens = re.findall(r"\w+|\s+|.", statement)
    names = [i for i, token in enumerate(tokens) if re.fullmatch(r"[a-z]\w*", token)]
    if names:
        tokens[chance.choice(names)] = chance.choice(NAMES)
    return "".join(tokens)
