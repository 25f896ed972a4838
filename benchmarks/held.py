"""All that a role holds in a database of 100,000 tables, against one bare query that explodes every access list."""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING

from benchmarks.figure import Figure, median
from safeconduct.postgres.attempt import attempt
from safeconduct.privileges import read_inventory
from tests.postgres.rungs import PASSWORD, target_for
from tests.servers.availability import require
from tests.servers.builds import default_build
from tests.servers.postgres import Postgres

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TABLES, AT_ONCE, TIMES = 100_000, 200, 5
BARE = """
SELECT c.oid, c.relname, a.grantee, a.privilege_type, a.is_grantable
FROM pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a
"""
MAKE = """
DO $$ BEGIN
FOR i IN {first}..{last} LOOP
    EXECUTE format('CREATE TABLE big.t%s (id int, a text, b text)', i);
    EXECUTE format('GRANT SELECT, INSERT ON big.t%s TO etl', i);
    IF i % 3 = 0 THEN EXECUTE format('GRANT UPDATE ON big.t%s TO readers', i); END IF;
    IF i % 7 = 0 THEN EXECUTE format('GRANT DELETE ON big.t%s TO strangers', i); END IF;
END LOOP; END $$
"""


def figures() -> Iterator[Figure]:
    """Both in one session's time on one server, in turn; the peer's rows are fetched by psycopg."""
    server = Postgres(require(default_build()))
    server.start()
    try:
        _fill(server)
        session = attempt(target_for(server), timeout=60).session
        assert session, "the benchmark's own role was not let in"
        with closing(session), server.superuser("sales") as bare:
            ours: list[float] = []
            theirs: list[float] = []
            for _ in range(TIMES):
                theirs.append(_seconds(lambda: bare.execute(BARE).fetchall()))
                ours.append(_seconds(lambda: read_inventory(session, "etl")))
        peer = f"one bare aclexplode query over {TABLES:,} tables, rows fetched: {median(theirs):.2f} s"
        yield Figure("privileges.held", median(ours) / median(theirs), 1.3, peer)
    finally:
        server.destroy()


def _fill(server: Postgres) -> None:
    server.create_role("etl", PASSWORD)
    server.create_database("sales")
    with server.superuser("sales") as session:
        session.execute(
            "CREATE ROLE readers; CREATE ROLE strangers; GRANT readers TO etl; CREATE SCHEMA big;"
            "GRANT USAGE ON SCHEMA big TO etl"
        )
        for first in range(0, TABLES, AT_ONCE):
            session.execute(MAKE.format(first=first, last=first + AT_ONCE - 1).encode())
        session.execute("VACUUM ANALYZE")


def _seconds(call: Callable[[], object]) -> float:
    before = time.monotonic()
    call()
    return time.monotonic() - before
