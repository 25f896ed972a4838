CREATE SCHEMA post;
CREATE TABLE post.log (id int, entry text);
CREATE TABLE post.lost (id int);
CREATE FUNCTION post.files() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state = 'bad' THEN
        DELETE FROM post.lost;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF NEW.id <> OLD.id OR NEW.note IS DISTINCT FROM OLD.note THEN
            INSERT INTO post.log VALUES (NEW.id, NEW.note);
        END IF;
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION post.fills() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state IS NULL THEN
        NEW.state := 'bad';
    END IF;
    RETURN NEW;
END $$;
CREATE TABLE post.sent (id int, state char(10), note text, free text);
INSERT INTO post.sent VALUES (1, 'bad', 'x');
CREATE TRIGGER files AFTER INSERT OR UPDATE ON post.sent FOR EACH ROW EXECUTE FUNCTION post.files();
CREATE TRIGGER fills BEFORE INSERT OR UPDATE ON post.sent FOR EACH ROW EXECUTE FUNCTION post.fills();
-- Rows that a trigger changes without an assignment to a column of NEW.
CREATE TABLE post.turned (LIKE post.sent);
CREATE FUNCTION post.turns() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    other post.turned;
BEGIN
    other := NEW;
    other.state := 'bad';
    RETURN other;
END $$;
CREATE TRIGGER files AFTER INSERT ON post.turned FOR EACH ROW EXECUTE FUNCTION post.files();
CREATE TRIGGER turns BEFORE INSERT ON post.turned FOR EACH ROW EXECUTE FUNCTION post.turns();
CREATE TABLE post.refused (LIKE post.sent);
INSERT INTO post.refused VALUES (1, 'bad', 'x');
CREATE FUNCTION post.refuses() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END';
CREATE TRIGGER files AFTER UPDATE ON post.refused FOR EACH ROW EXECUTE FUNCTION post.files();
CREATE TRIGGER refuses BEFORE UPDATE ON post.refused FOR EACH ROW EXECUTE FUNCTION post.refuses();
CREATE TABLE post.renamed (LIKE post.sent);
CREATE FUNCTION post.renames() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    it ALIAS FOR NEW;
BEGIN
    SELECT 'bad' INTO it.state;
    RETURN it;
END $$;
CREATE TRIGGER files AFTER INSERT ON post.renamed FOR EACH ROW EXECUTE FUNCTION post.files();
CREATE TRIGGER renames BEFORE INSERT ON post.renamed FOR EACH ROW EXECUTE FUNCTION post.renames();
CREATE TABLE post.hidden (LIKE post.sent);
CREATE FUNCTION post.hides() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    new record;
BEGIN
    SELECT 'bad' AS state INTO new;
    IF new.state = 'bad' THEN
        DELETE FROM post.lost;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER hides AFTER INSERT ON post.hidden FOR EACH ROW EXECUTE FUNCTION post.hides();
CREATE TABLE post.once (LIKE post.sent, PRIMARY KEY (id));
INSERT INTO post.once VALUES (1, 'good', 'x');
CREATE TRIGGER files AFTER INSERT OR UPDATE ON post.once FOR EACH ROW EXECUTE FUNCTION post.files();
CREATE TABLE post.addressed (id int, target varchar(20));
CREATE FUNCTION post.delivers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DELETE FROM post.%I', NEW.target);
    RETURN NULL;
END $$;
CREATE TRIGGER delivers AFTER INSERT ON post.addressed FOR EACH ROW EXECUTE FUNCTION post.delivers();
