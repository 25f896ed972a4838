"""Secrets in SQL, in options and files, and in what the catalogs hold: no report has one, in any format."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from safeconduct.cli.main import cli
from safeconduct.report import FORMATS
from tests.masking.asking import uri
from tests.masking.planting import Plants
from tests.servers.availability import require
from tests.servers.builds import default_build

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.servers.fixtures import PostgresFarm
    from tests.servers.postgres import Postgres

STATEMENTS = """
CREATE ROLE x LOGIN PASSWORD '{}'
CREATE ROLE x LOGIN PASSWORD $p${}$p$
CREATE USER x ENCRYPTED PASSWORD E'{}' VALID UNTIL 'infinity'
ALTER ROLE etl PASSWORD U&'{}'
CREATE USER MAPPING FOR etl SERVER far OPTIONS (user 'x', password '{}')
ALTER USER MAPPING FOR etl SERVER far OPTIONS (SET password '{}', ADD sslpassword '{}')
CREATE SERVER s2 FOREIGN DATA WRAPPER none OPTIONS (api_key '{}', host 'h')
ALTER SERVER far OPTIONS (ADD access_token '{}')
CREATE FOREIGN TABLE shop.f (a int) SERVER far OPTIONS (secret '{}')
CREATE SUBSCRIPTION s CONNECTION 'host=h password={} dbname=x' PUBLICATION p
ALTER SUBSCRIPTION s CONNECTION 'host=h password=''{} b'' dbname=x'
CREATE SUBSCRIPTION s CONNECTION 'postgresql://u:{}@h/x' PUBLICATION p
SELECT * FROM dblink('host=h password={}', 'SELECT 1') AS t(a int)
SELECT * FROM dblink('host=h password=''{} b''', 'SELECT 1') AS t(a int)
SELECT dblink_connect($$postgresql://u:{}@h/x?sslpassword={}$$)
SELECT dblink_exec('far', 'ALTER ROLE x PASSWORD ''{}''')
SET app.password = '{}'
SET app.token TO '{}'
SELECT set_config('app.password', '{}', false)
ALTER ROLE etl SET app.token = '{}'
ALTER DATABASE sales SET app.api_key TO '{}'
SELECT crypt('{}', gen_salt('bf'))
SELECT pgp_sym_decrypt(note::bytea, '{}') FROM shop.orders
SELECT id FROM shop.orders WHERE token = '{}'
SELECT id FROM shop.orders WHERE "token" IN ('{}', '{}')
INSERT INTO shop.orders (id, token) VALUES (1, '{}')
INSERT INTO shop.absent (id, token) VALUES (1, '{}') RETURNING token = '{}'
UPDATE shop.orders SET token = E'{}' WHERE token <> '{}'
COPY shop.orders FROM PROGRAM 'curl -u me:{} https://me:{}@h/x'
DO $$ BEGIN EXECUTE 'ALTER ROLE x PASSWORD ''{}'''; END $$
DO $$ BEGIN EXECUTE format('ALTER ROLE x PASSWORD %L', '{}'); PERFORM nope('{}'); END $$
CREATE FUNCTION shop.g() RETURNS text LANGUAGE sql AS $$ SELECT '{}' FROM shop.absent $$
CREATE VIEW shop.w AS SELECT token = '{}' AS a FROM shop.orders
CREATE POLICY q ON shop.orders USING (token = '{}')
ALTER SYSTEM SET primary_conninfo = 'host=h password={}'
ALTER TABLE shop.orders ALTER token SET DEFAULT '{}'
SELECT nope('{}', '{}'::nothing), lo_import('/x/{}')
PREPARE p AS SELECT '{}' FROM shop.absent
COMMENT ON TABLE shop.orders IS 'the password is {}'
NOTIFY c, '{}'
SECURITY LABEL ON TABLE shop.orders IS '{}'
""".strip().splitlines()
"""PostgreSQL's grammar reads them."""

BROKEN = """
CREATE ROLE x LOGIN PASSWORT '{}'
CREATE ROLE x LOGIN '{}'
CREATE ROLE x PASSWORD '{}
CREATE ROLE x PASSWORD {}
CREATE ROLE x PASSWORD = {}
CREATE ROLE x PASSWORD $p${}
CREATE ROLE x PASSWORD E'{}
CREATE ROLE x PASSWORD "{}"
CREATE ROLE x PASSWORD "{}
CREATE USER x IDENTIFIED BY '{}'
CREATE USER x IDENTIFIED BY {}
SELECT 1 '{}'
SELECT 1 U&'{}' x y
SELECT 1 $${}$$
SELECT * FROM t WHERE token = {} 1
SELECT * FROM t WHERE token {}
CREATE USER MAPPING FOR etl SERVER s OPTIONS (password {})
CREATE USER MAPPING FOR etl SERVER s OPTIONS (SET sslpassword {})
CREATE USER MAPPING FOR etl SERVER s OPTIONS (api_key {})
CREATE USER MAPPING FOR etl SERVER s OPTIONS (api_key "{}")
CREATE SUBSCRIPTION s CONNECTION host=h password={}
CREATE SUBSCRIPTION s CONNECTION {} PUBLICATION p
CREATE SUBSCRIPTION s CONNECTION 'host=h password={}
SELECT * FROM dblink(password={} dbname=x)
SELECT * FROM dblink(host=h password={}, 'SELECT 1')
SELECT * FROM dblink("host=h password={}
SELECT * FROM dblink('host=h password={}' 'SELECT 1')
\\connect postgresql://u:{}@h/x
PGPASSWORD={} psql -c 'SELECT 1'
psql "password={}"
postgresql://u:{}@h/x
SET app.password TO {} {}
COPY t FROM PROGRAM 'curl -u me:{}
""".strip().splitlines()
"""It does not read these."""

CATALOGS = """
CREATE ROLE etl LOGIN PASSWORD '{}'; CREATE ROLE owner; CREATE SCHEMA shop; GRANT USAGE ON SCHEMA shop TO etl;
CREATE TABLE shop.orders (id int, note text DEFAULT '{}', token text CHECK (token <> '{}'));
CREATE TABLE shop.kept (id int, tenant text, token text);
CREATE TABLE shop.shut (id int, tenant text, token text);
GRANT ALL ON shop.kept, shop.shut TO etl;
ALTER TABLE shop.kept ENABLE ROW LEVEL SECURITY; ALTER TABLE shop.shut ENABLE ROW LEVEL SECURITY;
CREATE POLICY a ON shop.kept USING (token = '{}');
CREATE POLICY b ON shop.kept USING (current_setting('app.token') = '{}');
CREATE POLICY c ON shop.kept USING (token::varchar = '{}' OR tenant = 'acme');
CREATE POLICY d ON shop.kept USING (md5('{}') = token);
CREATE POLICY e ON shop.kept USING (token IN ('{}', '{}') AND token <> '{}' AND token NOT LIKE '{}%');
CREATE POLICY f ON shop.kept USING ('{}' = token) WITH CHECK (token IS DISTINCT FROM '{}');
CREATE POLICY g ON shop.kept USING (position('{}' IN current_setting('app.password', true)) > 0);
CREATE POLICY h ON shop.kept USING (tenant = 'host=h password={}' OR tenant = 'https://u:{}@h/');
CREATE POLICY a ON shop.shut AS RESTRICTIVE USING (token = '{}');
CREATE POLICY z ON shop.kept USING (tenant = 'acme');
CREATE FUNCTION shop.f() RETURNS bool LANGUAGE sql SECURITY DEFINER AS $$ SELECT '{}' = '{}' $$;
CREATE FUNCTION shop.h(a text = '{}') RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    PERFORM shop.f(); PERFORM id FROM shop.orders WHERE token = '{}'; EXECUTE 'ALTER ROLE x PASSWORD ''{}'''; END $$;
CREATE VIEW shop.v AS SELECT id, token = '{}' AS a FROM shop.orders WHERE note = 'password={}';
CREATE TABLE shop.fired (id int); GRANT INSERT ON shop.fired TO etl;
CREATE FUNCTION shop.t() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM nope('{}'); RETURN NEW; END $$;
CREATE TRIGGER t BEFORE INSERT ON shop.fired FOR EACH ROW WHEN (NEW.id::text <> '{}') EXECUTE FUNCTION shop.t('{}');
CREATE RULE r AS ON DELETE TO shop.fired DO INSTEAD INSERT INTO shop.orders (token) VALUES ('{}');
COMMENT ON TABLE shop.orders IS 'password={}';
CREATE FOREIGN DATA WRAPPER none; CREATE SERVER far FOREIGN DATA WRAPPER none OPTIONS (password '{}');
CREATE USER MAPPING FOR etl SERVER far OPTIONS (user 'x', password '{}');
ALTER ROLE etl SET app.api_key = '{}'; ALTER DATABASE sales SET app.secret = '{}';
"""
USES = (
    "SELECT * FROM shop.kept; SELECT * FROM shop.shut; SELECT * FROM shop.v; SELECT shop.h(); INSERT INTO shop.fired"
    " VALUES (1); DELETE FROM shop.fired; UPDATE shop.kept SET id = 1; DELETE FROM shop.shut; CALL shop.h();"
    " INSERT INTO shop.kept VALUES (1, 'acme', 'x'); SELECT * FROM shop.absent"
)


def planted(plant: Plants, text: str, place: str) -> str:
    """The text with a new secret, without marks, in every pair of braces."""
    return re.sub(r"\{\}", lambda found: plant(f"{place}, at {found.start()}", ""), text)


@pytest.fixture(scope="module")
def catalogs() -> Plants:
    return Plants()


@pytest.fixture(scope="module")
def server(postgres_farm: PostgresFarm, catalogs: Plants) -> Postgres:
    server = postgres_farm.lend(require(default_build()))
    server.create_database("sales")
    server.sql(planted(catalogs, CATALOGS, "catalogs"), database="sales")
    return server


def asked(home: Path, server: Postgres | None, catalogs: Plants, *arguments: str, code: Sequence[int] = (1, 3)) -> str:
    """What the command line says on both streams."""
    password = next(iter(catalogs.secrets.values()), "")
    own = {"HOME": str(home), "AIRFLOW_HOME": str(home)}
    if server is not None:
        own["AIRFLOW_CONN_WAREHOUSE"] = uri(password, server.port)
    done = CliRunner().invoke(cli, arguments, env=own)
    assert done.exception is None or isinstance(done.exception, SystemExit), repr(done.exception)
    assert "internal error" not in done.output
    assert done.exit_code in code, done.output
    return done.output


def everywhere(home: Path, server: Postgres, catalogs: Plants, *what: str) -> str:
    """All that the commands say of it, in every format."""
    said = [asked(home, server, catalogs, "why", "warehouse", *what, "--format", form) for form in FORMATS]
    for verb in ("needed", "missing", "excess", "grant", "revoke"):
        for form in ("text", "json"):
            said.append(
                asked(home, server, catalogs, "privileges", verb, "warehouse", *what, "--format", form, code=(0, 1, 3))
            )
    return "\n".join(said)


def test_in_statements_that_are_read(tmp_path: Path, server: Postgres, catalogs: Plants) -> None:
    plant = Plants()
    said = everywhere(tmp_path, server, catalogs, *_options(planted(plant, text, text) for text in STATEMENTS))
    assert len(plant.secrets) >= 45
    assert "shop.absent" in said
    assert not plant.found_in(said)
    assert not catalogs.found_in(said)


def _options(texts: object) -> list[str]:
    return [part for text in texts for part in ("--sql", text)]  # type: ignore[attr-defined]


def test_in_what_the_catalogs_hold(tmp_path: Path, server: Postgres, catalogs: Plants) -> None:
    said = everywhere(tmp_path, server, catalogs, "--sql", USES)
    said += asked(tmp_path, server, catalogs, "privileges", "held", "warehouse", code=(0, 1, 3))
    assert len(catalogs.secrets) >= 30
    assert "'acme'" in said
    assert not catalogs.found_in(said)


@pytest.mark.parametrize("text", BROKEN)
def test_in_statements_that_are_not_read(tmp_path: Path, server: Postgres, catalogs: Plants, text: str) -> None:
    plant = Plants()
    broken = planted(plant, text, text)
    file = tmp_path / "load.sql"
    file.write_text("SELECT 1;\n" + broken)
    said = asked(tmp_path, None, Plants(), "why", "warehouse", "--sql", broken, code=[2])
    said += asked(tmp_path, None, Plants(), "privileges", "needed", "warehouse", str(file), code=[1])
    form = ("--format", "json")
    said += asked(tmp_path, server, Plants(), "privileges", "needed", "warehouse", str(file), *form, code=[1])
    assert said.count("load.sql:2:") == 2
    assert not plant.found_in(said)


ARGUMENTS = (
    ("why", "warehouse", "--table", "postgres://u:{}@h/x"),
    ("why", "warehouse", "--table", "password={}"),
    ("why", "warehouse", "--table", "shop.orders:password={}"),
    ("why", "warehouse", "--table", "shop.orders: password '{}'"),
    ("why", "warehouse", "--server-log", "postgres://u:{}@h/x"),
    ("why", "warehouse", "--log", "password={}"),
    ("why", "warehouse", "--format", "postgres://u:{}@h/x"),
    ("why", "warehouse", "--timeout", "password={}"),
    ("why", "--uri", "host=h password={}"),
    ("why", "--uri", "etl:{}@h"),
    ("why", "--password={}"),
    ("privileges", "needed", "warehouse", "postgres://u:{}@h/x"),
    ("privileges", "needed", "warehouse", "password={}"),
    ("privileges", "postgres://u:{}@h/x"),
    ("postgres://u:{}@h/x",),
    ("rule", "postgres://u:{}@h/x"),
    ("config", "get", "postgres://u:{}@h/x"),
)


@pytest.mark.parametrize("arguments", ARGUMENTS, ids=" ".join)
def test_in_arguments_that_are_refused(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    plant = Plants()
    said = asked(tmp_path, None, plant, *(planted(plant, part, part) for part in arguments), code=[2])
    assert said
    assert not plant.found_in(said)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("given", [("postgres://u:{}@h/x",), ("--admin", "postgres://u:{}@h/x")], ids=" ".join)
def test_in_the_name_of_a_connection(tmp_path: Path, form: str, given: tuple[str, ...]) -> None:
    plant = Plants()
    told = [planted(plant, part, part) for part in given]
    said = asked(tmp_path, None, plant, "why", *told, "--format", form, code=[1, 2, 3])
    assert said
    assert not plant.found_in(said)
