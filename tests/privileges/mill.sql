ALTER DEFAULT PRIVILEGES REVOKE ALL ON FUNCTIONS FROM PUBLIC;
REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC;
CREATE SCHEMA mill;
CREATE TABLE mill.grain (id int PRIMARY KEY, kind text, weight numeric);
CREATE TABLE mill.flour (id int, kind text);
CREATE TABLE mill.loaf (id int, grain int REFERENCES mill.grain ON DELETE CASCADE);
INSERT INTO mill.grain VALUES (1, 'rye', 5);
CREATE FUNCTION mill.twice(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2';
CREATE FUNCTION mill.over(int) RETURNS int LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION mill.over(text) RETURNS text LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION mill.with_default(a int, b int DEFAULT 1) RETURNS int LANGUAGE sql AS 'SELECT a + b';
CREATE FUNCTION mill.many(VARIADIC n int[]) RETURNS int LANGUAGE sql AS 'SELECT n[1]';
CREATE AGGREGATE mill.total(int) (sfunc = int4pl, stype = int, initcond = '0');
CREATE FUNCTION mill.reads() RETURNS text LANGUAGE sql AS 'SELECT kind FROM mill.grain WHERE weight > 1';
CREATE FUNCTION mill.reads_as_owner() RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT kind FROM mill.grain';
CREATE FUNCTION mill.rows_of(k text) RETURNS TABLE (id int, flour text) LANGUAGE sql
    AS 'SELECT g.id, f.kind FROM mill.grain g JOIN mill.flour f ON f.kind = k';
CREATE FUNCTION mill.counts(lower_than int) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    n bigint := mill.twice(1);
BEGIN
    SELECT count(*) INTO n FROM mill.grain g WHERE g.weight > lower_than;
    n := n + (SELECT count(*) FROM mill.flour);
    RETURN n;
END $$;
CREATE FUNCTION mill.constant_execute() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE 'SELECT id FROM mill.grain';
END;
$$;
CREATE FUNCTION mill.calls_reads() RETURNS text LANGUAGE plpgsql SET search_path = mill AS 'BEGIN RETURN reads(); END';
CREATE PROCEDURE mill.fill(i int) LANGUAGE plpgsql AS 'BEGIN INSERT INTO mill.flour VALUES (i); END';
CREATE FUNCTION mill.small(int) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1 < 1000; END';
CREATE FUNCTION mill.next() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 5; END';
CREATE FUNCTION mill.half(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1 / 2; END';
CREATE TABLE mill.checked (n int CHECK (mill.small(n)), d int DEFAULT mill.next(), free text);
CREATE TABLE mill.indexed (n int); CREATE INDEX ON mill.indexed (mill.half(n));
CREATE TABLE mill.computed (n int, h int GENERATED ALWAYS AS (mill.half(n)) STORED, free text);
CREATE DOMAIN mill.few AS int CHECK (mill.small(VALUE));
CREATE TABLE mill.dominated (n mill.few, free text);
INSERT INTO mill.checked (n) VALUES (1);
INSERT INTO mill.indexed VALUES (1);
INSERT INTO mill.computed (n) VALUES (1);
INSERT INTO mill.dominated (n) VALUES (1);
CREATE TABLE mill.watched (id int, note text);
INSERT INTO mill.watched VALUES (1, 'x');
CREATE FUNCTION mill.keep_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO mill.flour (id, kind) SELECT new.id, g.kind FROM mill.grain g WHERE g.id = new.id;
    RETURN new;
END $$;
CREATE FUNCTION mill.keep_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM mill.flour f USING gone WHERE f.id = gone.id;
    RETURN NULL;
END $$;
CREATE FUNCTION mill.keep_all() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM mill.next();
    RETURN NULL;
END $$;
CREATE TRIGGER one AFTER INSERT OR UPDATE OF id ON mill.watched FOR EACH ROW EXECUTE FUNCTION mill.keep_row();
CREATE TRIGGER two AFTER DELETE ON mill.watched REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION mill.keep_rows();
CREATE TRIGGER three AFTER TRUNCATE ON mill.watched FOR EACH STATEMENT EXECUTE FUNCTION mill.keep_all();
CREATE TABLE mill.moved (id int) PARTITION BY RANGE (id);
CREATE TABLE mill.moved_1 PARTITION OF mill.moved FOR VALUES FROM (0) TO (10);
CREATE TRIGGER in_part BEFORE INSERT ON mill.moved_1 FOR EACH ROW EXECUTE FUNCTION mill.keep_row();
CREATE VIEW mill.shown AS SELECT mill.half(n) AS n FROM mill.indexed;
CREATE VIEW mill.shown_again AS SELECT * FROM mill.shown;
CREATE TYPE mill.sort AS (id int, kind text);
CREATE FUNCTION mill.by_alias(int) RETURNS int LANGUAGE plpgsql AS $$
<<whole>>
DECLARE
    wanted ALIAS FOR $1;
    found_one mill.sort;
    kind mill.grain.kind%TYPE;
BEGIN
    SELECT g.kind INTO kind FROM mill.grain g WHERE g.id = wanted;
    found_one.id := whole.wanted;
    RETURN whole.found_one.id;
END whole $$;
CREATE FUNCTION mill.with_results(i int, OUT a int, OUT b text) LANGUAGE plpgsql AS $$
BEGIN
    a := i;
    SELECT f.kind INTO b FROM mill.flour f;
    RETURN;
END $$;
CREATE FUNCTION mill.put_together() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('SELECT id FROM %I.%I', 'mill', 'flour') || ' WHERE id = ' || quote_literal('1');
END $$;
CREATE FUNCTION mill.chooses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO mill.flour (id) VALUES (9);
    ELSIF TG_OP = 'UPDATE' AND TG_WHEN = 'AFTER' THEN
        PERFORM kind FROM mill.grain;
    ELSE
        EXECUTE 'DELETE FROM mill.' || TG_ARGV[0];
    END IF;
    RETURN NULL;
END $$;
CREATE TABLE mill.chosen (id int);
INSERT INTO mill.chosen VALUES (1);
CREATE TRIGGER chooses AFTER INSERT OR UPDATE OR DELETE ON mill.chosen
    FOR EACH ROW EXECUTE FUNCTION mill.chooses('flour');
CREATE FUNCTION mill.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TABLE mill.doubted (id int);
CREATE TRIGGER doubts AFTER INSERT ON mill.doubted
    FOR EACH ROW WHEN (mill.small(NEW.id)) EXECUTE FUNCTION mill.nothing();
CREATE FUNCTION mill.near(int, int) RETURNS bool LANGUAGE sql AS 'SELECT $1 = $2';
CREATE OPERATOR mill.<=?=> (FUNCTION = mill.near, LEFTARG = int, RIGHTARG = int);
CREATE VIEW mill.near_ones AS SELECT n FROM mill.indexed WHERE n OPERATOR(mill.<=?=>) 1;
SELECT lo_from_bytea(4711, 'x');
CREATE FUNCTION mill.to_day(int) RETURNS date LANGUAGE sql AS 'SELECT $1::text::date';
CREATE CAST (int AS date) WITH FUNCTION mill.to_day(int) AS ASSIGNMENT;
CREATE FUNCTION mill.as_day(int) RETURNS date LANGUAGE plpgsql AS 'BEGIN RETURN $1; END';
CREATE FUNCTION mill.each(mill.sort[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    one mill.sort[];
BEGIN
    FOREACH one SLICE 1 IN ARRAY $1 LOOP
        PERFORM id FROM mill.flour;
    END LOOP;
END $$;
CREATE FUNCTION mill.prefers() RETURNS int LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
    kind text := 'rye';
BEGIN
    RETURN (SELECT id FROM mill.grain WHERE kind = 'rye');
END $$;
CREATE FUNCTION mill.few_or_many(int) RETURNS int LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION mill.few_or_many(VARIADIC int[]) RETURNS int LANGUAGE sql AS 'SELECT 2';
CREATE TABLE mill.parted (id int) PARTITION BY RANGE (id);
CREATE TABLE mill.parted_1 PARTITION OF mill.parted FOR VALUES FROM (0) TO (10);
CREATE TRIGGER doubts AFTER INSERT ON mill.parted
    FOR EACH ROW WHEN (mill.small(NEW.id)) EXECUTE FUNCTION mill.nothing();
ALTER TABLE mill.parted DISABLE TRIGGER doubts;
ALTER TABLE mill.parted_1 ENABLE TRIGGER doubts;
CREATE FUNCTION mill.clears(name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE 'DELETE FROM mill.' || quote_ident(name);
END $$;
CREATE FUNCTION mill.clears_all(varchar, VARIADIC int[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DELETE FROM mill.%I', $1);
END $$;
CREATE FUNCTION mill.writes_down(i int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('INSERT INTO mill.flour (id, kind) VALUES (%s, %L)', '1', i);
    EXECUTE 'UPDATE mill.flour SET kind = ' || quote_literal(i) || ' WHERE id = 1';
END $$;
