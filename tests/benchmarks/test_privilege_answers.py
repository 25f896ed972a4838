"""Statements that engines were once wrong about, before the oracle: each must be answered, soundly and minimally."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.privileges.engines import better, static
from benchmarks.privileges.oracle import Oracle
from benchmarks.privileges.tally import why
from tests.servers.availability import require
from tests.servers.builds import default_build
from tests.servers.postgres import Postgres

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.privileges.engines import Engine

SET_UP = """
CREATE TABLE orders (id int PRIMARY KEY, note text);
CREATE TABLE log (entry text);
CREATE VIEW noted AS SELECT id, note FROM orders;
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql AS 'SELECT 2 * $1';
CREATE FUNCTION known(int) RETURNS bool LANGUAGE sql AS 'SELECT EXISTS (SELECT FROM log WHERE entry = $1::text)';
CREATE FUNCTION noted_id(n noted) RETURNS int LANGUAGE sql AS 'SELECT n.id';
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO log VALUES (NEW.note); RETURN NEW; END';
CREATE TABLE watched (id serial PRIMARY KEY, note text);
CREATE TRIGGER noting AFTER INSERT ON watched FOR EACH ROW EXECUTE FUNCTION note();
CREATE VIEW watching AS SELECT * FROM watched;
CREATE TABLE kept (id int, note text, since date DEFAULT current_date);
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO kept VALUES (NEW.*); RETURN NEW; END';
CREATE TABLE copied_whole (id int, note text);
CREATE TRIGGER keeping AFTER INSERT ON copied_whole FOR EACH ROW EXECUTE FUNCTION keep();
CREATE TABLE parts (id int, note text) PARTITION BY RANGE (id);
CREATE TABLE part PARTITION OF parts FOR VALUES FROM (0) TO (100);
CREATE TABLE guarded (id int, note text);
CREATE POLICY odd ON guarded USING (id % 2 = 1);
ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
CREATE SEQUENCE tickets;
INSERT INTO orders VALUES (2, 'kept'), (3, 'too');
CREATE TABLE sent (id int, state char(10), note text);
CREATE FUNCTION file() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state = 'bad' THEN DELETE FROM log; END IF;
    IF TG_OP = 'UPDATE' AND NEW.note IS DISTINCT FROM OLD.note THEN INSERT INTO log VALUES (NEW.note); END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER filing AFTER INSERT OR UPDATE ON sent FOR EACH ROW EXECUTE FUNCTION file();
CREATE TABLE months (at date, number int);
CREATE TABLE january (LIKE months);
CREATE TABLE february (LIKE months);
CREATE TABLE small (LIKE months);
CREATE FUNCTION into_months() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.at >= DATE '2006-01-01' AND NEW.at < DATE '2006-02-01' THEN
        INSERT INTO january VALUES (NEW.*);
    ELSIF NEW.at BETWEEN '2006-02-01' AND '2006-02-28' THEN
        INSERT INTO february VALUES (NEW.*);
    END IF;
    IF NEW.number < 10 THEN
        INSERT INTO small VALUES (NEW.*);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER sorting BEFORE INSERT ON months FOR EACH ROW EXECUTE FUNCTION into_months();
CREATE VIEW sending AS SELECT * FROM sent;
CREATE FUNCTION known_pair(int[]) RETURNS bool LANGUAGE plpgsql AS 'BEGIN RETURN $1[1] < $1[2]; END';
CREATE DOMAIN pair AS int[] CHECK (known_pair(VALUE));
CREATE TABLE family (id int, note text) PARTITION BY RANGE (id);
CREATE TRIGGER noting AFTER INSERT ON family FOR EACH ROW EXECUTE FUNCTION note();
CREATE CONSTRAINT TRIGGER late AFTER INSERT ON family FROM orders FOR EACH ROW EXECUTE FUNCTION note();
ALTER TABLE family DISABLE TRIGGER noting;
CREATE TABLE branch (id int, note text) PARTITION BY RANGE (id);
CREATE TABLE twig PARTITION OF branch FOR VALUES FROM (0) TO (10);
CREATE TABLE child (id int PRIMARY KEY, parent int REFERENCES orders);
CREATE MATERIALIZED VIEW doubled AS SELECT id, twice(id) FROM orders;
CREATE UNIQUE INDEX ON doubled (id);
CREATE VIEW doubles AS SELECT * FROM doubled;
CREATE MATERIALIZED VIEW again AS SELECT * FROM doubles;
CREATE ROLE oracle_owner;
GRANT SELECT ON orders TO oracle_owner;
GRANT CREATE ON SCHEMA public TO oracle_owner;
CREATE MATERIALIZED VIEW kept_apart AS SELECT id FROM orders WITH NO DATA;
ALTER MATERIALIZED VIEW kept_apart OWNER TO oracle_owner;
"""
ROUTINES = """
CREATE PROCEDURE noting(x int) LANGUAGE sql AS 'INSERT INTO log VALUES (x::text)';
CREATE PROCEDURE twice_noted(x int) LANGUAGE sql BEGIN ATOMIC INSERT INTO log VALUES (x); DELETE FROM log; END;
CREATE PROCEDURE answered(OUT a int, IN b int) LANGUAGE plpgsql AS 'BEGIN a := b; END';
CREATE FUNCTION by_default(a int, b int DEFAULT twice(1)) RETURNS int LANGUAGE sql AS 'SELECT a + b';
CALL noting(1);
CALL twice_noted(twice(1));
CALL answered(NULL, 1);
SELECT by_default(1);
SELECT by_default(1, 2);
CREATE OR REPLACE PROCEDURE noting(x int) LANGUAGE sql AS 'SELECT x';
ALTER ROUTINE noting(int) RENAME TO noted_once;
DROP PROCEDURE noted_once;
DROP PROCEDURE answered(OUT int, IN int);
CREATE FUNCTION planned(int) RETURNS bool LANGUAGE internal AS 'int4eq' SUPPORT generate_series_int4_support;
"""
NUMBERED = """
CREATE TABLE numbered (id int NOT NULL, note text);
ALTER TABLE numbered ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY;
INSERT INTO numbered (note) VALUES ('a');
ALTER TABLE numbered ADD COLUMN turn serial;
TRUNCATE numbered RESTART IDENTITY;
ALTER TABLE numbered ALTER COLUMN id RESTART;
ALTER TABLE numbered ALTER COLUMN id DROP IDENTITY;
"""
PASSING = """
CREATE TABLE pg_temp.named (id int);
INSERT INTO pg_temp.named SELECT id FROM orders;
SELECT * FROM named;
CREATE VIEW of_mine AS SELECT * FROM named;
CREATE TYPE pg_temp.pair AS (a int, b int);
CREATE FUNCTION pg_temp.mine() RETURNS int LANGUAGE sql AS 'SELECT 1';
SELECT pg_temp.mine();
SET search_path = pg_temp, public;
CREATE TABLE lands_there (id int);
DROP TABLE lands_there;
"""
MATERIALIZED = """
SELECT * FROM doubled;
REFRESH MATERIALIZED VIEW doubled;
REFRESH MATERIALIZED VIEW doubled WITH NO DATA;
REFRESH MATERIALIZED VIEW doubled;
REFRESH MATERIALIZED VIEW again;
REFRESH MATERIALIZED VIEW kept_apart;
CREATE MATERIALIZED VIEW fresh AS SELECT twice(id) FROM orders;
CREATE MATERIALIZED VIEW IF NOT EXISTS fresh AS SELECT twice(id) FROM orders;
CREATE TABLE IF NOT EXISTS fresh AS SELECT note FROM orders;
EXPLAIN REFRESH MATERIALIZED VIEW doubled;
DROP MATERIALIZED VIEW fresh;
"""
TEMPORARY = """
CREATE TEMPORARY TABLE mine (id int);
INSERT INTO mine VALUES (1);
SELECT * FROM mine;
CREATE INDEX mine_id ON mine (id);
DROP INDEX mine_id;
"""
OWNERS = """
ANALYZE orders;
CREATE INDEX by_note ON orders (note);
CREATE FUNCTION thrice(int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 3 * $1; END';
SELECT thrice(2);
DROP FUNCTION thrice(int);
CREATE ROLE oracle_clerk;
GRANT USAGE, CREATE ON SCHEMA public TO oracle_clerk;
CREATE TABLE given (id int);
ALTER TABLE given OWNER TO oracle_clerk;
DROP TABLE given;
CREATE TYPE size AS ENUM ('small');
DROP TYPE size;
"""
THROUGH_VIEWS = """
INSERT INTO noted VALUES (1, 'one');
UPDATE noted SET note = 'two' WHERE id = 1;
DELETE FROM noted;
"""
BENEATH = """
CREATE VIEW invoked WITH (security_invoker) AS SELECT id, note FROM watched WHERE id < 1000;
CREATE VIEW over_it AS SELECT id, note FROM invoked;
INSERT INTO invoked (note) VALUES ('new') RETURNING id;
UPDATE over_it SET note = 'two' WHERE id = 1;
DELETE FROM over_it;
SELECT id FROM over_it FOR UPDATE;
CREATE RULE logging AS ON DELETE TO watched DO INSTEAD INSERT INTO log VALUES (old.note);
DELETE FROM watched WHERE id = 1;
"""
LARGE_OBJECTS = """
SELECT lo_from_bytea(4711, 'x');
GRANT SELECT ON LARGE OBJECT 4711 TO PUBLIC;
SELECT lo_get(4711);
SELECT lo_unlink(4711);
SET lo_compat_privileges = on;
SELECT lo_get(4711);
SELECT lo_unlink(4711);
"""
GIVEN = """
CREATE ROLE oracle_clerk;
CREATE ROLE oracle_chief SUPERUSER;
CREATE TABLE given (id int);
ALTER TABLE given OWNER TO oracle_clerk;
ALTER FUNCTION twice OWNER TO oracle_clerk;
CREATE SCHEMA far;
ALTER SCHEMA far OWNER TO oracle_chief;
ALTER ROLE oracle_chief RENAME TO oracle_head;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO oracle_clerk;
REVOKE ALL ON ALL ROUTINES IN SCHEMA public FROM oracle_clerk;
CREATE CAST (mood AS noted) WITH INOUT;
DROP CAST (mood AS noted);
"""
NOT_FOR_ALL = """
SELECT count(*) FROM pg_shmem_allocations;
CREATE VIEW own_files AS SELECT pg_ls_dir('.') AS name;
SELECT name FROM own_files;
"""
UNSEEN = """
INSERT INTO watched (note) VALUES ('by hand');
INSERT INTO watching (note) VALUES ('through a view');
INSERT INTO copied_whole VALUES (1, 'one');
UPDATE watched SET note = 'no trigger';
SELECT id FROM orders WHERE known(id);
SELECT noted_id(noted) FROM noted;
SELECT id FROM guarded;
"""
FAMILIES = """
ALTER TABLE parts ADD COLUMN more int;
ANALYZE parts;
CREATE TRIGGER noting AFTER INSERT ON parts FOR EACH ROW EXECUTE FUNCTION note();
ALTER SEQUENCE watched_id_seq RESTART;
CREATE INDEX parts_id ON ONLY parts (id);
CREATE INDEX part_id ON part (id);
ALTER INDEX parts_id ATTACH PARTITION part_id;
CREATE TABLE leaf PARTITION OF family FOR VALUES FROM (10) TO (20);
ALTER TABLE family ATTACH PARTITION branch FOR VALUES FROM (0) TO (10);
ALTER TABLE family ADD UNIQUE (id);
ALTER TABLE child DISABLE TRIGGER USER;
ALTER TABLE child DISABLE TRIGGER ALL;
"""
NAMED = """
SELECT 'good'::mood;
SELECT '{1,2}'::pair;
SELECT 'twice(int)'::regprocedure;
SELECT 'mood'::regtype;
DO $$ DECLARE m mood; BEGIN m := 'good'; END $$;
DO $$ DECLARE p pair; BEGIN p := '{1,2}'; END $$;
CREATE FUNCTION paired(int) RETURNS pair LANGUAGE plpgsql AS 'BEGIN RETURN ARRAY[$1, 3]; END';
SELECT paired(1);
"""
DEFINED = """
CREATE OR REPLACE VIEW noted AS SELECT id, note FROM orders WHERE id > 0;
CREATE FUNCTION quiet(int) RETURNS int LANGUAGE sql LEAKPROOF AS 'SELECT 1';
CREATE FUNCTION alike(int, text) RETURNS bool LANGUAGE sql AS 'SELECT true';
CREATE OPERATOR ~~~ (FUNCTION = alike, LEFTARG = int, RIGHTARG = text);
CREATE TABLE copied AS SELECT * FROM orders WITH NO DATA;
"""
SEQUENCES = """
SELECT nextval('tickets');
SELECT nextval('tickets'::text);
SELECT * FROM pg_sequence_parameters('tickets'::regclass);
MERGE INTO orders USING (SELECT 1) AS s ON true WHEN MATCHED THEN DO NOTHING;
PREPARE entries AS SELECT entry FROM log;
"""
KNOWN_ROWS = """
INSERT INTO sent VALUES (1, 'good', 'x');
INSERT INTO sent (state) VALUES ('bad');
INSERT INTO sending VALUES (1, 'bad', 'x');
INSERT INTO months VALUES ('2006-01-10', 9);
INSERT INTO months VALUES ('2006-02-10', 10);
INSERT INTO months VALUES ('2006-03-01', NULL);
UPDATE sent SET note = 'y';
UPDATE sent SET state = 'good' WHERE id = 1;
"""
PREPARED = """
PREPARE entries AS SELECT entry FROM log;
PREPARE mark (int, text) AS UPDATE orders SET note = $2 WHERE id = $1;
EXECUTE entries;
EXPLAIN EXECUTE entries;
EXECUTE mark (1, 'x');
CREATE TABLE entries_now AS EXECUTE entries;
CREATE TABLE entries_later AS EXECUTE entries WITH NO DATA;
"""
SELDOM = """
CREATE ROLE oracle_keeper;
CREATE FUNCTION alike(int, text) RETURNS bool LANGUAGE sql AS 'SELECT true';
CREATE OPERATOR ~~~ (FUNCTION = alike, LEFTARG = int, RIGHTARG = text);
ALTER OPERATOR ~~~ (int, text) SET (RESTRICT = eqsel);
COMMENT ON OPERATOR ~~~ (int, text) IS 'x';
ALTER OPERATOR public.~~~ (int, text) OWNER TO oracle_keeper;
DROP OPERATOR ~~~ (int, text);
CREATE OPERATOR FAMILY ways USING hash;
ALTER OPERATOR FAMILY ways USING hash RENAME TO other_ways;
CREATE OPERATOR CLASS way FOR TYPE int USING hash FAMILY other_ways AS OPERATOR 1 =, FUNCTION 1 hashint4(int);
DROP OPERATOR CLASS public.way USING hash;
DROP OPERATOR FAMILY other_ways USING hash;
CREATE FUNCTION as_mood(int) RETURNS mood LANGUAGE sql AS $$SELECT 'good'::mood$$;
CREATE CAST (int AS mood) WITH FUNCTION as_mood(int);
COMMENT ON CAST (int AS mood) IS 'x';
DROP CAST (int AS mood);
CREATE CAST (mood AS varchar) WITH INOUT;
CREATE CONVERSION odd FOR 'UTF8' TO 'LATIN1' FROM utf8_to_iso8859_1;
CREATE SCHEMA attic;
ALTER CONVERSION odd SET SCHEMA attic;
DROP CONVERSION attic.odd;
CREATE TEXT SEARCH DICTIONARY plain (TEMPLATE = simple);
ALTER TEXT SEARCH DICTIONARY plain (StopWords = english);
CREATE TEXT SEARCH CONFIGURATION words (COPY = simple);
ALTER TEXT SEARCH CONFIGURATION words ALTER MAPPING REPLACE simple WITH plain;
DROP TEXT SEARCH CONFIGURATION words;
DROP TEXT SEARCH DICTIONARY plain;
CREATE STATISTICS pairs ON id, note FROM orders;
ALTER STATISTICS pairs SET STATISTICS 10;
CREATE PUBLICATION news FOR TABLE orders;
ALTER PUBLICATION news ADD TABLE log;
ALTER PUBLICATION news DROP TABLE log;
DROP PUBLICATION news;
CREATE FUNCTION on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN NULL; END';
CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION on_ddl();
ALTER EVENT TRIGGER watch DISABLE;
DROP EVENT TRIGGER watch;
"""


@pytest.fixture(scope="module")
def oracle() -> Iterator[Oracle]:
    server = Postgres(require(default_build()))
    yield Oracle(server, lambda oracle: oracle.fill("set-up", SET_UP))
    server.destroy()


@pytest.mark.parametrize(
    ("engine", "text", "counted"),
    [
        pytest.param(static, TEMPORARY, 5, id="temporary tables"),
        pytest.param(better, TEMPORARY, 5, id="temporary tables, by the server"),
        pytest.param(static, OWNERS, 12, id="owners"),
        pytest.param(static, ROUTINES, 14, id="routines"),
        pytest.param(better, ROUTINES, 14, id="routines, by the server"),
        pytest.param(static, NUMBERED, 7, id="identities and serials"),
        pytest.param(static, PASSING, 9, id="what is made in pg_temp"),
        pytest.param(better, PASSING, 9, id="what is made in pg_temp, by the server"),
        pytest.param(static, MATERIALIZED, 10, id="materialized views"),
        pytest.param(better, MATERIALIZED, 10, id="materialized views, by the server"),
        pytest.param(better, UNSEEN, 7, id="triggers, functions and policies, by the server"),
        pytest.param(static, NAMED, 8, id="what is named outside of FROM"),
        pytest.param(better, NAMED, 8, id="what is named outside of FROM, by the server"),
        pytest.param(static, FAMILIES, 12, id="children and partitions"),
        pytest.param(static, DEFINED, 5, id="definitions"),
        pytest.param(better, LARGE_OBJECTS, 4, id="large objects, by the server"),
        pytest.param(static, LARGE_OBJECTS, 4, id="large objects"),
        pytest.param(static, NOT_FOR_ALL, 3, id="what a view calls that is not for all"),
        pytest.param(static, GIVEN, 12, id="what is given away, and all in a schema"),
        pytest.param(better, SEQUENCES, 5, id="sequences, and no rows, by the server"),
        pytest.param(static, SEQUENCES, 5, id="sequences, and no rows"),
        pytest.param(static, KNOWN_ROWS.replace("sending", "sent"), 8, id="triggers that look at their rows"),
        pytest.param(better, KNOWN_ROWS, 8, id="triggers that look at their rows, by the server"),
        pytest.param(better, THROUGH_VIEWS, 3, id="written through a view, by the server"),
        pytest.param(static, THROUGH_VIEWS, 3, id="written through a view"),
        pytest.param(better, BENEATH, 8, id="with the caller's rights beneath a view, by the server"),
        pytest.param(static, BENEATH, 8, id="with the caller's rights beneath a view"),
        pytest.param(static, SELDOM, 37, id="what is seldom altered"),
        pytest.param(static, PREPARED, 7, id="prepared before"),
        pytest.param(better, PREPARED, 7, id="prepared before, by the server"),
    ],
)
def test_each_is_answered_soundly_and_minimally(oracle: Oracle, engine: Engine, text: str, counted: int) -> None:
    verdicts = oracle.judge("answers", text, engine)
    assert not "\n".join(why(verdicts))
    assert sum(verdict.counts for verdict in verdicts) == counted
