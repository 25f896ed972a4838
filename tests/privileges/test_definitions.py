"""CREATE, ALTER, DROP, GRANT and all else that changes no rows: the server agrees on what each needs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.privileges.stand import rehearse

if TYPE_CHECKING:
    from tests.privileges.stand import Stand

YARD = (Path(__file__).parent / "yard.sql").read_text()
CREATIONS = """
CREATE TABLE attic.a (id int)
CREATE TABLE IF NOT EXISTS yard.crates (id int)
CREATE TABLE attic.a (id serial PRIMARY KEY, m yard.mood, ms yard.mood[], s yard.small)
CREATE TABLE attic.a (id int REFERENCES yard.crates)
CREATE TABLE attic.a (id int, FOREIGN KEY (id) REFERENCES yard.crates (id))
CREATE TABLE attic.a (LIKE yard.crates)
CREATE TABLE attic.a () INHERITS (yard.family)
CREATE TABLE attic.a PARTITION OF yard.parent FOR VALUES FROM (0) TO (10)
CREATE TABLE attic.a (parent int REFERENCES attic.a, id int PRIMARY KEY)
CREATE TABLE attic.a (n int DEFAULT yard.half(4), CHECK (yard.tried(n)))
CREATE TABLE attic.a (id int PRIMARY KEY)
CREATE TABLE attic.a (id serial)
CREATE TEMP TABLE a (id int)
CREATE TEMP TABLE a AS SELECT id FROM yard.crates
CREATE TABLE attic.a AS SELECT label FROM yard.crates WHERE id = 1
CREATE TABLE attic.a AS SELECT label FROM yard.crates WITH NO DATA
SELECT id INTO attic.a FROM yard.crates
CREATE MATERIALIZED VIEW attic.a AS SELECT id FROM yard.crates
CREATE VIEW attic.a AS SELECT id FROM yard.crates
CREATE OR REPLACE VIEW yard.seen AS SELECT id FROM yard.crates
CREATE TEMP VIEW a AS SELECT 1 AS x
CREATE SEQUENCE attic.a
CREATE TEMP SEQUENCE a
CREATE INDEX ON yard.crates (label)
CREATE INDEX ON yard.crates (yard.half(id::numeric))
CREATE STATISTICS attic.a ON id, label FROM yard.crates
CREATE TRIGGER t BEFORE INSERT ON yard.crates FOR EACH ROW EXECUTE FUNCTION yard.ring()
CREATE TRIGGER t AFTER INSERT ON yard.whole FOR EACH ROW EXECUTE FUNCTION yard.ring()
CREATE AGGREGATE attic.last(yard.tiny) (sfunc = yard.later, stype = yard.tiny)
CREATE OPERATOR attic.=~= (FUNCTION = yard.later, LEFTARG = yard.tiny, RIGHTARG = yard.tiny)
CREATE TABLE attic.a PARTITION OF yard.rung FOR VALUES FROM (20) TO (30)
ALTER TABLE yard.rung ATTACH PARTITION yard.rung_2 FOR VALUES FROM (20) TO (30)
ALTER TABLE yard.rung DETACH PARTITION yard.rung_1
CREATE TABLE attic.a AS SELECT 1::yard.tiny AS b
CREATE FUNCTION attic.f(yard.pair) RETURNS yard.mood LANGUAGE plpgsql AS 'BEGIN END'
CREATE OR REPLACE FUNCTION yard.half(numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT 1'
CREATE PROCEDURE attic.p() LANGUAGE plpgsql AS 'BEGIN END'
CREATE TYPE attic.t AS ENUM ('x')
CREATE TYPE attic.t AS (a yard.mood)
CREATE TYPE attic.t AS RANGE (subtype = yard.mood)
CREATE DOMAIN attic.t AS yard.mood
CREATE COLLATION attic.c (locale = 'C')
CREATE SCHEMA b
CREATE SCHEMA b AUTHORIZATION helper
CREATE SCHEMA IF NOT EXISTS yard
CREATE SCHEMA b; CREATE TABLE b.t (id int); INSERT INTO b.t VALUES (1)
CREATE TABLE attic.a (id int); INSERT INTO attic.a VALUES (1); DROP TABLE attic.a
CREATE ROLE r
CREATE SERVER s FOREIGN DATA WRAPPER wrap
CREATE USER MAPPING FOR CURRENT_USER SERVER far
CREATE USER MAPPING FOR helper SERVER far
CREATE FOREIGN TABLE attic.a (id int) SERVER far
CREATE PUBLICATION p FOR TABLE yard.crates
CREATE RULE r AS ON INSERT TO yard.crates DO NOTHING
CREATE POLICY p ON yard.crates
CREATE CAST (yard.dawn AS yard.dusk) WITH INOUT
""".strip().splitlines()
ALTERATIONS = """
ALTER TABLE yard.crates ADD x int
ALTER TABLE yard.crates ADD x yard.hue
ALTER TABLE yard.crates ADD x int DEFAULT yard.half(4)
ALTER TABLE yard.crates ADD CHECK (yard.tried(id))
ALTER TABLE yard.crates ADD UNIQUE (label)
ALTER TABLE yard.crates ALTER label TYPE varchar(9)
ALTER TABLE yard.slots ADD FOREIGN KEY (n) REFERENCES yard.keyed
ALTER TABLE yard.crates RENAME TO boxes
ALTER TABLE yard.crates RENAME label TO name
ALTER TABLE yard.crates SET SCHEMA attic
ALTER TABLE yard.slots INHERIT yard.family
ALTER TABLE IF EXISTS yard.nothing ADD x int
ALTER INDEX yard.labels RENAME TO names
ALTER SEQUENCE yard.tickets RESTART
ALTER VIEW yard.seen ALTER id SET DEFAULT 1
ALTER TYPE yard.mood ADD VALUE 'fair'
ALTER TYPE yard.mood RENAME TO humour
ALTER TYPE yard.pair ADD ATTRIBUTE c int
ALTER DOMAIN yard.small SET NOT NULL
ALTER FUNCTION yard.half(numeric) STABLE
ALTER FUNCTION yard.half(numeric) RENAME TO third
ALTER FUNCTION yard.half(numeric) SET SCHEMA attic
ALTER SCHEMA yard RENAME TO garden
ALTER SERVER far OPTIONS (a 'b')
ALTER LARGE OBJECT 4711 OWNER TO CURRENT_USER
DROP CAST (yard.dusk AS yard.dawn)
DROP OPERATOR yard.=~= (yard.tiny, yard.tiny)
ALTER OPERATOR yard.=~= (yard.tiny, yard.tiny) SET SCHEMA attic
DROP OPERATOR yard.!~! (NONE, yard.tiny)
DROP TABLE yard.slots
DROP TABLE IF EXISTS yard.nothing
DROP TABLE yard.crates CASCADE
DROP VIEW yard.seen
DROP SEQUENCE yard.tickets
DROP INDEX yard.labels
DROP MATERIALIZED VIEW yard.sums
DROP TYPE yard.mood
DROP DOMAIN yard.small
DROP FUNCTION yard.half(numeric)
DROP PROCEDURE yard.sweep
DROP TRIGGER bell ON yard.slots
DROP STATISTICS yard.stats
DROP SERVER far
DROP SCHEMA yard CASCADE
COMMENT ON TABLE yard.crates IS 'x'
COMMENT ON COLUMN yard.crates.label IS 'x'
COMMENT ON FUNCTION yard.half(numeric) IS 'x'
COMMENT ON SCHEMA yard IS 'x'
COMMENT ON TYPE yard.mood IS 'x'
COMMENT ON LARGE OBJECT 4711 IS 'x'
REINDEX TABLE yard.crates
REINDEX INDEX yard.labels
CLUSTER yard.crates USING labels
REFRESH MATERIALIZED VIEW yard.sums
TRUNCATE yard.crates CASCADE
""".strip().splitlines()
RIGHTS = """
GRANT SELECT ON yard.crates TO helper
GRANT ALL ON yard.crates TO helper
REVOKE ALL (label) ON yard.crates FROM helper
GRANT ALL ON LARGE OBJECT 4711 TO helper
ALTER DEFAULT PRIVILEGES FOR ROLE keeper GRANT SELECT ON TABLES TO helper
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO helper
REVOKE SELECT ON yard.crates FROM helper
REVOKE ALL ON yard.crates FROM helper
REVOKE USAGE ON SEQUENCE yard.tickets FROM helper
GRANT USAGE ON SEQUENCE yard.tickets TO helper
GRANT USAGE ON SCHEMA yard TO helper
GRANT EXECUTE ON FUNCTION yard.half(numeric) TO helper
GRANT USAGE ON TYPE yard.mood TO helper
GRANT USAGE ON FOREIGN SERVER far TO helper
GRANT SELECT ON LARGE OBJECT 4711 TO helper
GRANT helper TO boss
SET ROLE helper
SET LOCAL ROLE helper
RESET ROLE
SET log_statement = 'none'
SET work_mem = '8MB'
DROP OWNED BY helper
REASSIGN OWNED BY helper TO boss
COPY yard.crates TO PROGRAM 'cat > /dev/null'
COPY yard.crates TO '/dev/null'
COPY yard.family FROM '/dev/null'
SELECT lo_unlink(4711)
SELECT brin_summarize_new_values('yard.ranges')
DROP ROLE chief
ALTER ROLE chief RENAME TO head
ALTER ROLE chief SET work_mem = '8MB'
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA attic TO helper
""".strip().splitlines()


SOUND_ONLY = """
TRUNCATE yard.slots, yard.crates RESTART IDENTITY
GRANT SELECT, INSERT (id) ON yard.crates TO helper
REVOKE ALL ON yard.tickets FROM helper
ALTER TABLE yard.crates OWNER TO helper
ALTER FUNCTION yard.half(numeric) OWNER TO helper
ALTER OPERATOR yard.=~= (yard.tiny, yard.tiny) OWNER TO helper
ALTER SCHEMA yard OWNER TO helper
GRANT SELECT ON ALL TABLES IN SCHEMA yard TO helper
REVOKE ALL ON ALL SEQUENCES IN SCHEMA yard FROM helper
GRANT EXECUTE ON ALL ROUTINES IN SCHEMA yard TO helper
""".strip().splitlines()
"""The owner's rights, or one of several grant options, are enough for more than they were asked for."""


def test_the_server_agrees_on_each(any_stand: Stand) -> None:
    any_stand.sql(YARD)
    with any_stand.server.superuser() as connection:
        disagreements = [rehearse(connection, statement) for statement in (*CREATIONS, *ALTERATIONS, *RIGHTS)]
        disagreements += [rehearse(connection, statement, minimal=False) for statement in SOUND_ONLY]
    assert "\n".join(filter(None, disagreements)) == ""
