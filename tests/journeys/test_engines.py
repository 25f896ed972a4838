"""Which engine tells what is needed, and where PostgreSQL is asked: as somebody chooses on the command line."""

from __future__ import annotations

import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from safeconduct.privileges.server import NoShadow, find_programs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.journeys.shop import Said, Shop

OVERLOADED = """
CREATE FUNCTION shop.vat(int) RETURNS int LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION shop.vat(text) RETURNS int LANGUAGE sql AS 'SELECT 1';
REVOKE EXECUTE ON FUNCTION shop.vat(int), shop.vat(text) FROM PUBLIC;
CREATE ROLE parser LOGIN PASSWORD 'Parser-Password-3'; GRANT etl TO parser;
"""
QUERY = "SELECT shop.vat(total) FROM shop.orders WHERE note = 'a literal of ours'"
LOCALLY = ("missing", "shop", "--shadow", "local", "--sql", QUERY)
ETL = f"SET ROLE etl; {QUERY}"


UNTOLD = "cannot be told"


def words_of(said: Said) -> str:
    return " ".join(said.output.split())


@pytest.fixture
def overloaded(shop: Shop) -> Shop:
    shop.server.sql(OVERLOADED, database="sales")
    return shop


def test_the_syntax_alone_says_what_it_cannot_tell(overloaded: Shop) -> None:
    said = overloaded.privileges("missing", "shop", "--sql", QUERY)
    assert f"which of shop.vat(integer), shop.vat(text) is called {UNTOLD}" in words_of(said)


def test_the_database_is_asked_with_consent(overloaded: Shop) -> None:
    said = overloaded.privileges("missing", "shop", "--live", "--sql", QUERY)
    assert "it does not read it (42501: permission denied for schema shop)" in words_of(said)
    overloaded.server.sql("GRANT USAGE ON SCHEMA shop TO etl", database="sales")
    for engine in ("better", "server"):
        said = overloaded.privileges("missing", "shop", "--live", "--engine", engine, "--sql", QUERY)
        assert said.code == 1
        assert "function shop.vat(integer): EXECUTE" in said.output, said.output
        assert UNTOLD not in words_of(said)


def test_a_copy_on_this_machine_is_asked(overloaded: Shop) -> None:
    try:
        find_programs(overloaded.server.version)
    except NoShadow as missing:
        pytest.skip(str(missing))
    said = overloaded.privileges(
        "grant", "shop", "--shadow", "local", "--sql", QUERY, SAFECONDUCT_ADMIN_DSN=overloaded.server.superuser_dsn()
    )
    overloaded.server.sql(said.output, database="sales")
    assert overloaded.works(QUERY), said.output
    assert "a literal of ours" not in overloaded.server.log.text


def test_a_copy_that_somebody_restored_is_asked(overloaded: Shop) -> None:
    overloaded.server.create_database("copied")
    overloaded.server.sql(
        "CREATE SCHEMA shop; CREATE TABLE shop.orders (total int, note text); GRANT USAGE ON SCHEMA shop TO etl;"
        "CREATE FUNCTION shop.vat(int) RETURNS int LANGUAGE sql AS 'SELECT 1';"
        "REVOKE EXECUTE ON FUNCTION shop.vat FROM PUBLIC",
        database="copied",
    )
    copy = f"postgres://parser:Parser-Password-3@127.0.0.1:{overloaded.server.port}/copied"
    said = overloaded.privileges("missing", "shop", "--shadow", "copy", "--sql", QUERY, AIRFLOW_CONN_COPY=copy)
    assert "function shop.vat(integer): EXECUTE" in said.output, said.output


def test_a_shadow_that_cannot_be_is_said_and_the_rest_is_told(overloaded: Shop) -> None:
    shut = f"postgres://parser:wrong@127.0.0.1:{overloaded.server.port}/copied"
    said = overloaded.privileges("missing", "shop", "--shadow", "copy", "--sql", QUERY, AIRFLOW_CONN_COPY=shut)
    assert said.code == 1
    assert "the server engine was not asked" in said.output
    assert "table shop.orders: SELECT" in said.output


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--live", "--shadow", "local"], "two places to ask"),
        (["--engine", "static", "--live"], "asks no server"),
        (["--engine", "server"], "needs a place to ask"),
        (["--shadow", "local"], "needs somebody who may dump the schema"),
        (["--shadow", "nowhere"], "--shadow nowhere"),
        (["--admin", "boss"], "--admin is for --shadow local"),
        (["--snapshot", "load.sql", "--live"], "no server is asked"),
    ],
)
def test_options_that_contradict_each_other(shop: Shop, options: list[str], words: str) -> None:
    said = shop.privileges("missing", "shop", *options, "--sql", "SELECT 1")
    assert said.code == 2
    assert words in said.errors, said.errors


@pytest.fixture
def room() -> Iterator[Path]:
    """A folder for temporary files that other users may enter, too: as root, the shadow's server is one's."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o777)
        yield Path(name)


def _begun(shop: Shop, room: Path) -> subprocess.Popen[bytes]:
    return shop.begin(*LOCALLY, SAFECONDUCT_ADMIN_DSN=shop.server.superuser_dsn(), TMPDIR=str(room))


def _begin(shop: Shop, room: Path, moment: str) -> subprocess.Popen[bytes]:
    """A command whose shadow has come this far."""
    process = _begun(shop, room)
    deadline = time.monotonic() + 60
    while not list(room.glob(f"safeconduct-shadow-*/{moment}")):
        assert process.poll() is None, "it has ended before"
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return process


@pytest.mark.parametrize("moment", ["data/PG_VERSION", "data/postmaster.pid"])
def test_a_signal_leaves_nothing_of_a_shadow(overloaded: Shop, room: Path, moment: str) -> None:
    process = _begin(overloaded, room, moment)
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 128 + signal.SIGTERM
    assert not list(room.iterdir())


def test_what_a_kill_leaves_goes_with_the_next_run(overloaded: Shop, room: Path) -> None:
    process = _begin(overloaded, room, "data/postmaster.pid")
    process.kill()
    process.wait(30)
    left = {path.name for path in room.iterdir()}
    assert {name.rpartition("-")[0] for name in left} == {"safeconduct-dump", "safeconduct-shadow"}
    _begun(overloaded, room).wait(60)
    assert not list(room.iterdir())


def test_why_asks_the_same_engines(overloaded: Shop) -> None:
    assert UNTOLD in words_of(overloaded.why("shop", "--sql", QUERY))
    overloaded.server.sql("GRANT USAGE ON SCHEMA shop TO etl", database="sales")
    said = overloaded.why("shop", "--live", "--sql", QUERY)
    assert said.code == 1
    assert "GRANT EXECUTE ON FUNCTION shop.vat(integer) TO etl;" in said.output, said.output
    assert UNTOLD not in words_of(said)
    wrong = overloaded.why("shop", "--engine", "server", "--sql", QUERY)
    assert (wrong.code, "needs a place to ask" in wrong.errors) == (2, True)
    shut = overloaded.why("shop", "--shadow", "nowhere", "--sql", QUERY)
    assert (shut.code, "--shadow nowhere" in shut.errors) == (2, True)
