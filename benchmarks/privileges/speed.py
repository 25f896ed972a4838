"""How long the static engine takes for TPC-DS's statements, against parsing them and nothing else.

The catalogs are in memory: they are a snapshot. Garbage is collected as rarely as the command does it, for both.
"""

from __future__ import annotations

import gc
import time
from importlib import import_module
from typing import TYPE_CHECKING

from benchmarks.figure import Figure
from benchmarks.privileges.courts import server_of
from benchmarks.privileges.engines import AskedSession
from benchmarks.privileges.oracle import BASE, Oracle
from benchmarks.privileges.roles import AS_ROLE, ROLE
from benchmarks.privileges.tpc import queries
from safeconduct.cli.main import COLLECT_AFTER
from safeconduct.privileges import needed, parse_sql
from safeconduct.privileges.context import read_context
from safeconduct.privileges.snapshot import SnapshotSession, take

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

AIM = 5
_TIMES = 15


def speed(major: int) -> Figure:
    """CPU time of the engine, parsing included, by the parse alone."""
    found = queries("tpcds")
    gc.set_threshold(COLLECT_AFTER)
    parse = import_module("postgast").parse
    with server_of(major) as server:
        oracle = Oracle(server, lambda oracle: oracle.fill(found.name, found.set_up))
        with oracle.connect(BASE) as client:
            client.must(AS_ROLE)
            session = SnapshotSession(take(AskedSession(client, ROLE, BASE), BASE))
            context = read_context(session)
            ours, bare = _in_turn(found.queries, lambda text: needed(session, [parse_sql(text)], "", context), parse)
    peer = f"postgast.parse, {bare / len(found.queries) * 1e6:.0f} µs for each of {len(found.queries)} statements"
    return Figure("privileges.speed", ours / bare, AIM, peer)


def _in_turn(texts: Sequence[str], *works: Callable[[str], object]) -> list[float]:
    """Seconds that each takes for all texts: the least of several rounds in turn, which others disturbed the least."""
    rounds = [[_seconds(texts, work) for work in works] for _ in range(_TIMES)]
    return [min(one[number] for one in rounds) for number in range(len(works))]


def _seconds(texts: Sequence[str], work: Callable[[str], object]) -> float:
    began = time.process_time()
    for text in texts:
        work(text)
    return time.process_time() - began
