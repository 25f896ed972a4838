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
        pytest.param(better, THROUGH_VIEWS, 3, id="written through a view"),
    ],
)
def test_each_is_answered_soundly_and_minimally(oracle: Oracle, engine: Engine, text: str, counted: int) -> None:
    verdicts = oracle.judge("answers", text, engine)
    assert not "\n".join(why(verdicts))
    assert sum(verdict.counts for verdict in verdicts) == counted
