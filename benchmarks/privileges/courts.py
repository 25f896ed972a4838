"""The corpora before the oracle: each function gives the verdicts on one of them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from benchmarks.privileges.oracle import BASE, Oracle
from benchmarks.privileges.regression import SET_UP, regression_suite
from benchmarks.privileges.tpc import NAMES, fill_pgbench, pgbench_script, queries
from tests.servers.availability import Missing
from tests.servers.builds import find_build
from tests.servers.postgres import Postgres

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from benchmarks.privileges.engines import Engine
    from benchmarks.privileges.verdict import Verdict

TPC = (*NAMES, "pgbench")


@contextmanager
def server_of(major: int) -> Iterator[Postgres]:
    """A server of its own. Raises SystemExit where there is no such build."""
    build = find_build(major)
    if isinstance(build, Missing):
        raise SystemExit(str(build))
    server = Postgres(build)
    try:
        yield server
    finally:
        server.destroy()


def judge(names: Sequence[str], engine: Engine, major: int, before: Sequence[str] = ()) -> Iterator[Verdict]:
    """The verdicts on these files: of PostgreSQL's regression suite, or `tpch`, `tpcds`, `pgbench`.

    Each begins with what the suite's `test_setup` and the files `before` left.
    """
    for name in names:
        if name in TPC:
            yield from _benchmark(name, engine, major)
    files = [name for name in names if name not in TPC]
    if files:
        yield from _regression(files, engine, major, (SET_UP, *before))


def _regression(names: Sequence[str], engine: Engine, major: int, before: Sequence[str]) -> Iterator[Verdict]:
    folder = regression_suite()
    texts = {name: _text(folder, name) for name in (*before, *names)}

    def set_up(oracle: Oracle) -> None:
        for name in before:
            oracle.fill(name, texts[name])

    with server_of(major) as server:
        oracle = Oracle(server, set_up, folder / "data")
        for name in names:
            yield from oracle.judge(name, texts[name], engine)


def _text(folder: Path, name: str) -> str:
    path = folder / "sql" / f"{name}.sql"
    if not path.exists():
        raise SystemExit(f"there is no file {name} in PostgreSQL's regression suite, nor is it one of {', '.join(TPC)}")
    return path.read_text()


def _benchmark(name: str, engine: Engine, major: int) -> Iterator[Verdict]:
    with server_of(major) as server:
        if name == "pgbench":
            oracle = Oracle(server, lambda oracle: fill_pgbench(oracle.server, BASE))
            yield from oracle.judge(name, pgbench_script(server), engine)
            return
        found = queries(name)
        oracle = Oracle(server, lambda oracle: oracle.fill(name, found.set_up))
        yield from oracle.judge(name, found.script, engine)
